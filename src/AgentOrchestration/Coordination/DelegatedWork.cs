using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>One piece of work that was delegated.</summary>
/// <param name="delegations">Where it belongs.</param>
/// <param name="depth">Levels below the supervisor.</param>
/// <param name="siblings">The work under way of who delegated it.</param>
internal sealed class DelegatedWork(Delegations delegations, int depth, List<AgentInstance> siblings) : RunMember
{
    public override PlannedRun Run => delegations.Run;

    public override IReadOnlyList<AgentResult> Inputs => [];

    public int Depth => depth;

    public AgentResult? Result { get; set; }

    public override void EndedLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        Result = agent.Result;
        siblings.Remove(agent);
    }
}
