namespace AgentOrchestration.Events;

/// <summary>Whose events these are: made once for each agent, shared by all its events, so that they keep neither the agent nor its goal in memory.</summary>
/// <remarks>Absent ids are <c>default</c>, which no orchestrator gives out: a word less than a nullable.</remarks>
internal sealed record AgentOrigin(AgentId AgentId, RunId RunId, AgentId ParentId)
{
    public static AgentOrigin None { get; } = new(default, default, default);

    public RunId? RunIdOrNull => RunId == default ? null : RunId;

    public AgentId? ParentIdOrNull => ParentId == default ? null : ParentId;
}
