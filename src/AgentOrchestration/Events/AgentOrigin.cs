namespace AgentOrchestration.Events;

/// <summary>Whose events these are: made once for each agent, shared by all its events, so that they keep neither the agent nor its goal in memory.</summary>
internal record AgentOrigin(AgentId AgentId)
{
    public static AgentOrigin None { get; } = new(default(AgentId));

    /// <summary>Its run, if it has one.</summary>
    public virtual RunTrace? Run => null;

    /// <summary>The agent that spawned it; <c>default</c> if the host did.</summary>
    public virtual AgentId ParentId => default;

    /// <summary>The agent; null for a run's own events.</summary>
    public AgentId? AgentIdOrNull => AgentId == default ? null : AgentId;

    public RunId? RunIdOrNull => Run?.Id;

    public AgentId? ParentIdOrNull => ParentId == default ? null : ParentId;

    /// <summary>An origin read from outside; <c>default</c>, which no orchestrator gives out, stands for none.</summary>
    public static AgentOrigin Of(AgentId agentId, RunId runId, AgentId parentId) => In(agentId, runId == default ? null : new RunTrace(runId), parentId);

    /// <summary>An origin that takes no more room than it needs.</summary>
    public static AgentOrigin In(AgentId agentId, RunTrace? run, AgentId parentId) =>
        run is null && parentId == default ? new AgentOrigin(agentId) : new LinkedOrigin(agentId, run, parentId);
}

/// <summary>The origin of an agent that belongs to a run or has a parent.</summary>
internal sealed record LinkedOrigin(AgentId AgentId, RunTrace? OfRun, AgentId Parent) : AgentOrigin(AgentId)
{
    public override RunTrace? Run => OfRun;

    public override AgentId ParentId => Parent;
}
