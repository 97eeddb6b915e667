using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Durability;

/// <summary>The JSON of the records that are no events.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecordedStep))]
[JsonSerializable(typeof(RecordedEnding))]
[JsonSerializable(typeof(RecordedToolError))]
internal sealed partial class RecordJson : JsonSerializerContext;

/// <summary>A step that was done.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
internal sealed record RecordedStep(string Name, JsonElement Value);

/// <summary>How an agent is going to end. Without a code it is cancelled.</summary>
internal sealed record RecordedEnding(string? Code, string? Message, string? Reason);

/// <summary>What a tool threw.</summary>
internal sealed record RecordedToolError(string Type, string Message);
