using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>The waits of agents for runs of plans, as edges of the wait-for graph, and who works for those runs. Works under the scheduler's gate.</summary>
/// <remarks>Who leaves does so when all that follows from it is decided, outside the gate: in between the run would seem stuck. Until then it waits for nothing, and counts as able to move.</remarks>
internal sealed class RunWaits(AgentScheduler scheduler)
{
    /// <summary>The edge from an agent to the run that it is about to wait for: from here on the graph is told who works for that.</summary>
    public ChildWait EdgeTo(AgentInstance agent, PlannedRun run)
    {
        lock (scheduler.Gate)
        {
            var group = new WaitGroup(run.Name is { } name ? $"an agent of run '{name}'" : $"an agent of run {run.Trace.Id}", "namely");
            scheduler.Locks.BeginOwnWork(group, run.CallsLocked);
            foreach (var member in run.AgentsLocked)
            {
                AddLocked(run, group, member);
            }

            return run.Wait = new ChildWait(agent.EnsureParty(), group);
        }
    }

    /// <summary>The agent is accepted.</summary>
    public void JoinLocked(AgentInstance agent)
    {
        if (agent.PlannedRun?.Wait is { } wait)
        {
            scheduler.Locks.AddMember(wait.Group!, agent.EnsureParty());
        }
    }

    /// <summary>The agent has ended.</summary>
    public void LeaveLocked(AgentInstance agent, ref Outbox outbox)
    {
        if (agent.PlannedRun?.Wait is { } wait)
        {
            Leave(wait, agent.EnsureParty(), ref outbox);
        }
    }

    /// <summary>A call to the host's code begins whose end the run awaits: meanwhile it needs no agent that moves.</summary>
    public void CallBeginsLocked(PlannedRun run)
    {
        if (run.Wait is { } wait)
        {
            scheduler.Locks.BeginOwnWork(wait.Group!, 1);
        }
    }

    /// <summary>The call is over.</summary>
    public void CallEndedLocked(PlannedRun run, ref Outbox outbox)
    {
        if (run.Wait is { } wait)
        {
            EndOwnWork(wait, ref outbox);
        }
    }

    // Methods of their own, since a method that may make a closure makes it on entry.
    private void Leave(ChildWait wait, WaitParty party, ref Outbox outbox) => outbox.Do(() => scheduler.Locks.RemoveMember(wait, party));

    private void EndOwnWork(ChildWait wait, ref Outbox outbox) => outbox.Do(() => scheduler.Locks.EndOwnWork(wait));

    // Its children belong to the run too, unless they belong to one of their own.
    private void AddLocked(PlannedRun run, WaitGroup group, AgentInstance member)
    {
        scheduler.Locks.AddMember(group, member.EnsureParty());
        foreach (var child in member.Attempt?.Children ?? [])
        {
            if (child.PlannedRun == run)
            {
                AddLocked(run, group, child);
            }
        }
    }
}
