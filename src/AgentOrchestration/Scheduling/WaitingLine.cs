namespace AgentOrchestration.Scheduling;

/// <summary>Agents that wait for the same thing, most urgent first: by priority raised with age, then earliest deadline, then first come.</summary>
/// <remarks>
/// <para>Agents without a deadline stand in one list for each priority, in the order they came. All in a list age alike, so the first of a list is its most urgent, and the
/// line's most urgent is among the four firsts: no agent is ever moved. Agents with a deadline, and those that come back to an old place after a pause, stand in a sorted
/// set, and move up in it as they age.</para>
/// <para>Above <see cref="AgentPriority.Critical"/> an agent is overdue: then only the order of arrival counts, so nothing starves. Not thread-safe: belongs to the
/// scheduler's gate.</para>
/// </remarks>
internal sealed class WaitingLine(long ageingTicks)
{
    public const int Overdue = (int)AgentPriority.Critical + 1;

    private const int MaxStalePromotions = 16;

    private readonly IntrusiveList[] _lists = [new(), new(), new(), new()];
    private SortedSet<AgentInstance>? _sorted;
    private PriorityQueue<AgentInstance, long>? _promotions;

    public int Count { get; private set; }

    /// <summary>Adds an agent, whose <see cref="AgentInstance.Arrival"/> and <see cref="AgentInstance.ReadySince"/> say its place.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="returning">Whether it comes back to an old place, so that it may not be the last to have arrived.</param>
    /// <param name="now">The time.</param>
    public void Add(AgentInstance agent, bool returning, long now)
    {
        Count++;
        agent.Line = this;
        if (agent.Goal.Deadline is null && !returning)
        {
            _lists[(int)agent.Goal.Priority - 1].AddLast(agent);
            return;
        }

        agent.SortedLevel = (byte)LevelOf(agent, now);
        (_sorted ??= new SortedSet<AgentInstance>(Urgency.Instance)).Add(agent);
        SchedulePromotion(agent);
    }

    public void Remove(AgentInstance agent)
    {
        Count--;
        agent.Line = null;
        if (agent.List is { } list)
        {
            list.Remove(agent);
        }
        else
        {
            _sorted!.Remove(agent);
            agent.SortedLevel = 0;
            if (_promotions is { } promotions && promotions.Count > (2 * _sorted.Count) + MaxStalePromotions)
            {
                // Else those who have left would be remembered until they were due.
                promotions.Clear();
                foreach (var other in _sorted)
                {
                    SchedulePromotion(other);
                }
            }
        }
    }

    /// <summary>The most urgent agent; null if there is none.</summary>
    public AgentInstance? Peek(long now, out int level)
    {
        AgentInstance? best = null;
        level = 0;
        if (Count == 0)
        {
            return null;
        }

        Promote(now);
        if (_sorted is { Count: > 0 })
        {
            best = _sorted.Min!;
            level = best.SortedLevel;
        }

        foreach (var list in _lists)
        {
            if (list.First is { } first && LevelOf(first, now) is var firstLevel && (best is null || Urgency.Compare(first, firstLevel, best, level) < 0))
            {
                best = first;
                level = firstLevel;
            }
        }

        return best;
    }

    public static bool IsMoreUrgent(AgentInstance x, int xLevel, AgentInstance y, int yLevel) => Urgency.Compare(x, xLevel, y, yLevel) < 0;

    private int LevelOf(AgentInstance agent, long now) =>
        now - agent.ReadySince is var age && age < ageingTicks
            ? (int)agent.Goal.Priority
            : (int)Math.Min(Overdue, (int)agent.Goal.Priority + (age / ageingTicks));

    private void SchedulePromotion(AgentInstance agent)
    {
        if (agent.SortedLevel < Overdue)
        {
            var steps = agent.SortedLevel + 1 - (int)agent.Goal.Priority;
            (_promotions ??= new PriorityQueue<AgentInstance, long>()).Enqueue(agent, agent.ReadySince + (steps * ageingTicks));
        }
    }

    // A promotion of an agent that has left, or has left and come back, is found out of date here and dropped.
    private void Promote(long now)
    {
        while (_promotions is not null && _promotions.TryPeek(out var agent, out var due) && due <= now)
        {
            _promotions.Dequeue();
            var level = agent.Line == this && agent.List is null ? LevelOf(agent, now) : 0;
            if (level > agent.SortedLevel)
            {
                _sorted!.Remove(agent);
                agent.SortedLevel = (byte)level;
                _sorted.Add(agent);
                SchedulePromotion(agent);
            }
        }
    }

    /// <summary>The order: level, then deadline (not among the overdue), then arrival.</summary>
    private sealed class Urgency : IComparer<AgentInstance>
    {
        public static Urgency Instance { get; } = new();

        public static int Compare(AgentInstance x, int xLevel, AgentInstance y, int yLevel)
        {
            var byLevel = yLevel.CompareTo(xLevel);
            var byDeadline = byLevel == 0 && xLevel != Overdue
                ? (x.Goal.Deadline ?? DateTimeOffset.MaxValue).CompareTo(y.Goal.Deadline ?? DateTimeOffset.MaxValue)
                : byLevel;
            return byDeadline != 0 ? byDeadline : x.Arrival.CompareTo(y.Arrival);
        }

        int IComparer<AgentInstance>.Compare(AgentInstance? x, AgentInstance? y) => Compare(x!, x!.SortedLevel, y!, y!.SortedLevel);
    }
}
