using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Writes an enum as its name in snake case; numbers are refused. Public for the code that source generation makes in other assemblies.</summary>
/// <typeparam name="TEnum">The enum.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
