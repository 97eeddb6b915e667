namespace AgentOrchestration;

/// <summary>Limits on parts of an agent's life; null means no limit. The whole of it is bounded by <see cref="AgentGoal.Deadline"/>.</summary>
/// <remarks>Each is greater than zero, else the spawn throws <see cref="ArgumentException"/>. They run on the orchestrator's <see cref="TimeProvider"/>.</remarks>
public sealed record AgentTimeouts
{
    /// <summary>No limits.</summary>
    public static AgentTimeouts None { get; } = new();

    /// <summary>Longest from acceptance to the first start; then the agent fails with <see cref="AgentErrorCodes.QueueTimeout"/>. Time spent paused counts.</summary>
    public TimeSpan? Queue { get; init; }

    /// <summary>Longest that one attempt may hold a slot; then the attempt fails with <see cref="AgentErrorCodes.AttemptTimeout"/>. Waiting and paused time does not count.</summary>
    public TimeSpan? Attempt { get; init; }

    /// <summary>
    /// Longest that an attempt may hold a slot without a sign of life (a progress report, output, a pause point, a wait, <see cref="AgentContext.SignalAlive"/>);
    /// then the attempt fails with <see cref="AgentErrorCodes.IdleTimeout"/>. Waiting and paused time does not count.
    /// </summary>
    public TimeSpan? Idle { get; init; }
}
