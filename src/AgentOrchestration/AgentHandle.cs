namespace AgentOrchestration;

/// <summary>A spawned agent, for the one who spawned it. Thread-safe; valid after the orchestrator has forgotten the agent.</summary>
public sealed class AgentHandle
{
    private readonly Scheduling.AgentInstance _agent;

    internal AgentHandle(Scheduling.AgentInstance agent) => _agent = agent;

    /// <summary>The agent.</summary>
    public AgentId Id => _agent.Id;

    /// <summary>What it is to achieve.</summary>
    public AgentGoal Goal => _agent.Goal;

    /// <summary>
    /// Ends with the agent, never faults and is never cancelled: the result says how it ended. By then its guards are released, its status is terminal and its
    /// last event is readable.
    /// </summary>
    public Task<AgentResult> Completion => _agent.Completion;

    /// <summary>The agent's events from its acceptance on; ends after its terminal event. Events no longer retained are reported by one <see cref="EventsMissed"/>.</summary>
    public IAsyncEnumerable<AgentEvent> Watch() => _agent.Watch();
}
