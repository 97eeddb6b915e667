namespace AgentOrchestration.Events;

/// <summary>Whose events these are: made once for each agent, shared by all its events, so that they keep neither the agent nor its goal in memory.</summary>
internal record AgentOrigin(AgentId AgentId)
{
    public static AgentOrigin None { get; } = new(default(AgentId));

    /// <summary>Its run; <c>default</c>, which no orchestrator gives out, if it has none.</summary>
    public virtual RunId RunId => default;

    /// <summary>The agent that spawned it; <c>default</c> if the host did.</summary>
    public virtual AgentId ParentId => default;

    public RunId? RunIdOrNull => RunId == default ? null : RunId;

    public AgentId? ParentIdOrNull => ParentId == default ? null : ParentId;

    /// <summary>An origin that takes no more room than it needs.</summary>
    public static AgentOrigin Of(AgentId agentId, RunId runId, AgentId parentId) =>
        runId == default && parentId == default ? new AgentOrigin(agentId) : new LinkedOrigin(agentId, runId, parentId);
}

/// <summary>The origin of an agent that belongs to a run or has a parent.</summary>
internal sealed record LinkedOrigin(AgentId AgentId, RunId Run, AgentId Parent) : AgentOrigin(AgentId)
{
    public override RunId RunId => Run;

    public override AgentId ParentId => Parent;
}
