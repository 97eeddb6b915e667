using System.Text.Json.Serialization;

namespace AgentOrchestration.Coordination;

/// <summary>What source generation knows of plans.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OrchestrationPlan))]
[JsonSerializable(typeof(PlanJson))]
[JsonSerializable(typeof(AgentGoal[]))]
[JsonSerializable(typeof(AgentCondition.Named), TypeInfoPropertyName = "NamedCondition")]
[JsonSerializable(typeof(ResultAggregator.Named), TypeInfoPropertyName = "NamedAggregator")]
[JsonSerializable(typeof(CandidateJudge.Named), TypeInfoPropertyName = "NamedJudge")]
internal sealed partial class PlanJsonContext : JsonSerializerContext;
