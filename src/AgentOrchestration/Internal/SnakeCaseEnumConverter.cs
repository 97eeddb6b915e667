using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Internal;

/// <summary>Writes an enum as its name in snake case; numbers are refused.</summary>
internal sealed class SnakeCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
