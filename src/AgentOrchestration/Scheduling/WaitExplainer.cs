namespace AgentOrchestration.Scheduling;

/// <summary>Follows waits from agent to agent. Works under the scheduler's gate, and asks the lock table under it.</summary>
internal sealed class WaitExplainer(AgentScheduler scheduler)
{
    public WaitExplanation? Explain(AgentId id)
    {
        var now = scheduler.Now();
        lock (scheduler.Gate)
        {
            if (scheduler.Registry.FindLocked(id) is not { } agent)
            {
                return null;
            }

            var links = new List<WaitLink>();
            var seen = new HashSet<AgentInstance>();
            AgentInstance? next = agent;
            var relation = WaitRelation.Subject;
            while (next is not null)
            {
                agent = next;
                var wait = AgentRegistry.WaitOfLocked(agent);
                links.Add(new WaitLink(agent.Id, agent.Name, agent.Life.State, wait, wait is null ? TimeSpan.Zero : now.Utc - wait.Since, relation));
                next = seen.Add(agent) && wait is not null ? FollowLocked(agent, wait, now, links, out relation) : null;
            }

            return new WaitExplanation(links);
        }
    }

    private AgentInstance? FollowLocked(AgentInstance agent, AgentWait wait, Instant now, List<WaitLink> links, out WaitRelation relation)
    {
        relation = WaitRelation.Holder;
        switch (wait.Kind)
        {
            case AgentWaitKind.Group:
                return scheduler.Groups.FindMember(wait.Target!);

            case AgentWaitKind.Child:
                relation = WaitRelation.Child;
                return agent.Attempt?.FirstAwaitedAgentLocked(scheduler.Registry);

            case AgentWaitKind.Resource when FindBlockerLocked(agent) is { } blocker:
                if (blocker.HolderId is { } holder && scheduler.Registry.FindLocked(holder) is { } known)
                {
                    return known;
                }

                links.Add(new WaitLink(Id: null, blocker.Holder, AgentState.Running, Wait: null, now.Utc - blocker.Since, WaitRelation.Holder));
                return null;

            default:
                return null;
        }
    }

    private ResourceConflict? FindBlockerLocked(AgentInstance agent) =>
        agent.Attempt is { } attempt ? attempt.FindBlockerLocked(scheduler.Locks)
        : agent.Extras?.Claims is { } claims ? scheduler.Locks.FindBlocker(claims)
        : null;
}
