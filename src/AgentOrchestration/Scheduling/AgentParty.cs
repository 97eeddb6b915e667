using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>An agent as a node of the wait-for graph, for its whole life: made when it first locks, waits for children, or is waited for.</summary>
internal sealed class AgentParty(AgentInstance agent, int activities) : WaitParty(activities)
{
    public AgentInstance Agent => agent;

    public override string Name => agent.Name;

    public override AgentId? AgentId => agent.Id;
}
