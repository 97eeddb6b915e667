using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>The wait of an agent for a place in its concurrency group, as an edge of the wait-for graph.</summary>
internal sealed class GroupWait(AgentInstance agent, WaitGroup group) : PartyWait(agent.EnsureParty(), group)
{
    protected override void OnRefused(ResourceDeadlockException refusal) =>
        agent.Scheduler.Endings.FailBeforeStart(agent, AgentStage.InGroupLine, AttemptOutcome.Threw(refusal).Error!);
}
