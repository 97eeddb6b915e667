namespace AgentOrchestration;

/// <summary>Which events a subscription gives, and from where. What is null does not restrict; an event is given if it fits all the rest.</summary>
/// <remarks>Read once, by the call that takes it, which throws <see cref="ArgumentException"/> if a value is not allowed.</remarks>
public sealed record EventFilter
{
    /// <summary>
    /// Only events of these agents. The subscription ends after the terminal event of the last of them, at once if all of them had ended by its start; agents that the
    /// orchestrator does not know count as ended. After a gap (<see cref="EventsMissed"/>) it gives the terminal events that fell into it all the same.
    /// </summary>
    public IReadOnlyCollection<AgentId>? Agents { get; init; }

    /// <summary>
    /// Only events of this run and its agents. The subscription ends after the run's last event: <see cref="RunCompleted"/>, or, for goals that were spawned as one batch, the
    /// terminal event of the last of their agents. A run that the orchestrator does not know counts as ended. After a gap it gives that last event all the same.
    /// </summary>
    public RunId? Run { get; init; }

    /// <summary>Only events of these kinds, named as in <see cref="AgentEvent.EventKind"/>, such as <c>agent:failed</c>. <see cref="EventsMissed"/> is always given.</summary>
    /// <value>Known kinds; any other is refused.</value>
    public IReadOnlyCollection<string>? Kinds { get; init; }

    /// <summary>Start after this number instead of at the moment of the call: 0 replays all that is retained.</summary>
    /// <value>
    /// From 0 to the last number given so far; a higher one comes from another orchestrator and is refused. Numbers no longer retained are reported by one
    /// <see cref="EventsMissed"/>.
    /// </value>
    public long? After { get; init; }
}
