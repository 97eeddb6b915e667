namespace AgentOrchestration;

/// <summary>Which events a subscription gives, and from where. What is null does not restrict.</summary>
public sealed record EventFilter
{
    /// <summary>Only events of these agents. The subscription ends after the terminal event of the last of them; agents that the orchestrator does not know count as ended.</summary>
    public IReadOnlyCollection<AgentId>? Agents { get; init; }

    /// <summary>Only events of agents of this run.</summary>
    public RunId? Run { get; init; }

    /// <summary>Only events of these kinds, named as in <see cref="AgentEvent.EventKind"/>, such as <c>agent:failed</c>. <see cref="EventsMissed"/> is always given.</summary>
    public IReadOnlyCollection<string>? Kinds { get; init; }

    /// <summary>Start after this number instead of at the moment of the call: 0 replays all that is retained.</summary>
    /// <value>From 0. Numbers no longer retained are reported by one <see cref="EventsMissed"/>.</value>
    public long? After { get; init; }
}
