using System.Text.Json.Serialization;

namespace AgentOrchestration.Events;

/// <summary>What source generation knows of events and what is in them.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AgentEvent))]
[JsonSerializable(typeof(GoalJson))]
[JsonSerializable(typeof(OutputJson))]
internal sealed partial class EventJsonContext : JsonSerializerContext;
