using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>What an agent waits for.</summary>
/// <param name="Kind">The kind of thing.</param>
/// <param name="Target">Which one: a resource, a group, an agent, an approval; null where the kind says it all.</param>
/// <param name="Since">Since when.</param>
public sealed record AgentWait(AgentWaitKind Kind, string? Target, DateTimeOffset Since);

/// <summary>The kinds of things that agents wait for.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AgentWaitKind>))]
public enum AgentWaitKind
{
    /// <summary>One of the orchestrator's slots.</summary>
    Slot,

    /// <summary>A place in its concurrency group.</summary>
    Group,

    /// <summary>The time of its next attempt.</summary>
    Retry,

    /// <summary>A resource that somebody else holds.</summary>
    Resource,

    /// <summary>The end of one or more children.</summary>
    Child,

    /// <summary>A decision of the host.</summary>
    Approval,

    /// <summary>A message.</summary>
    Message,

    /// <summary>Leave to run a tool, because <see cref="AgentOrchestrationOptions.MaxConcurrentTools"/> are running, or a place at a model.</summary>
    Permit,

    /// <summary>What calls in flight have reserved of a budget, and may not use.</summary>
    Budget,

    /// <summary>Being resumed.</summary>
    Resume,
}
