using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>Places in concurrency groups: who has one and who waits for one. Not thread-safe: belongs to the scheduler's gate.</summary>
internal sealed class ConcurrencyGroups(IDictionary<string, int> limits, long ageingTicks, ResourceLockTable locks)
{
    private readonly Dictionary<string, int> _limits = new(limits, StringComparer.Ordinal);
    private readonly Dictionary<string, Group> _groups = new(StringComparer.Ordinal);

    /// <summary>Whether the agent needs a place of its own: its goal names a group that no ancestor is in.</summary>
    public static bool NeedsPlace(AgentInstance agent)
    {
        if (agent.Goal.ConcurrencyGroup is not { } name)
        {
            return false;
        }

        for (var ancestor = agent.Parent; ancestor is not null; ancestor = ancestor.Parent)
        {
            if (string.Equals(ancestor.Goal.ConcurrencyGroup, name, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Gives the agent a place, or lets it wait for one.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="now">The time.</param>
    /// <param name="refusal">Why it would wait for ever, if it would: then it is to be ended.</param>
    /// <returns>Whether it has a place now.</returns>
    public bool Enter(AgentInstance agent, long now, out ResourceDeadlockException? refusal)
    {
        refusal = null;
        var name = agent.Goal.ConcurrencyGroup!;
        if (!_groups.TryGetValue(name, out var group))
        {
            group = new Group(_limits.GetValueOrDefault(name, 1), new WaitingLine(ageingTicks), new WaitGroup($"a place in group '{name}'", "held by"));
            _groups.Add(name, group);
        }

        if (group.Members.Count < group.Limit)
        {
            AddMember(group, agent);
            return true;
        }

        var edge = new GroupWait(agent, group.InGraph);
        refusal = locks.TryBeginWait(edge);
        agent.EnsureExtras().GroupWait = edge;
        group.Line.Add(agent, returning: false, now);
        return false;
    }

    /// <summary>Takes the agent's place, or its wish for one, away.</summary>
    /// <returns>The agent that has its place now, if one waited.</returns>
    public AgentInstance? Leave(AgentInstance agent, long now)
    {
        var name = agent.Goal.ConcurrencyGroup!;
        var group = _groups[name];
        AgentInstance? next = null;
        if (agent.Line is { } line)
        {
            line.Remove(agent);
            EndWait(agent);
        }
        else
        {
            group.Members.Remove(agent);
            locks.RemoveMember(group.InGraph, agent.EnsureParty());
            next = group.Line.Peek(now, out _);
            if (next is not null)
            {
                group.Line.Remove(next);
                EndWait(next);
                AddMember(group, next);
            }
        }

        if (group.Members.Count == 0 && group.Line.Count == 0)
        {
            _groups.Remove(name);
        }

        return next;
    }

    /// <summary>An agent that has a place in the group, for an explanation.</summary>
    public AgentInstance? FindMember(string name) => _groups.TryGetValue(name, out var group) ? group.Members.FirstOrDefault() : null;

    private void AddMember(Group group, AgentInstance agent)
    {
        group.Members.Add(agent);
        locks.AddMember(group.InGraph, agent.EnsureParty());
    }

    private void EndWait(AgentInstance agent)
    {
        locks.EndWait(agent.Extras!.GroupWait!);
        agent.Extras.GroupWait = null;
    }

    private sealed record Group(int Limit, WaitingLine Line, WaitGroup InGraph)
    {
        public HashSet<AgentInstance> Members { get; } = [];
    }
}
