using System.Text.Json.Serialization;

namespace AgentOrchestration.Llm.Tools;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<ToolPin>))]
internal sealed partial class ToolJsonContext : JsonSerializerContext;
