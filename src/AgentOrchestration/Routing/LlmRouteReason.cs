using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Why a router chose a client.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LlmRouteReason>))]
public enum LlmRouteReason
{
    /// <summary>It suits the request best.</summary>
    Selected,

    /// <summary>The client before it failed, or asked to be called later.</summary>
    FailedOver,

    /// <summary>The same client again, after it asked to be called later.</summary>
    Retried,
}
