namespace AgentOrchestration.Locking;

/// <summary>
/// Whether a wait can ever end. A party can move if one of its activities works, or waits for what can come; what can come is found by starting from those who work and
/// adding until nothing is added (a least fixpoint, as for any AND-OR graph). What is left waits for ever. Used with the table's wait gate held only.
/// </summary>
internal sealed class StuckSearch
{
    private readonly List<GraphWait> _waits = [];
    private readonly Dictionary<GraphWait, List<WaitBlocker>> _blockers = [];
    private readonly HashSet<GraphWait> _movable = [];

    private StuckSearch(GraphWait start)
    {
        Gather(start);
        for (var changed = true; changed;)
        {
            changed = false;
            // Found breadth first, so the far ends come last: from there one pass usually settles all.
            for (var i = _waits.Count - 1; i >= 0; i--)
                changed |= !_movable.Contains(_waits[i]) && CanEnd(_waits[i]) && _movable.Add(_waits[i]);
        }
    }

    /// <returns>Who waits for whom, beginning with that of <paramref name="start"/>; null if that wait can end.</returns>
    public static IReadOnlyList<DeadlockLink>? Find(GraphWait start)
    {
        var search = new StuckSearch(start);
        return search._movable.Contains(start) ? null : search.FindCycle(start);
    }

    /// <summary>The youngest of the waits that are stuck together with <paramref name="start"/>; null if that wait can end.</summary>
    public static GraphWait? FindYoungest(GraphWait start)
    {
        var search = new StuckSearch(start);
        return search._movable.Contains(start) ? null : search._waits.Where(wait => !search._movable.Contains(wait)).MaxBy(wait => wait.Ticket);
    }

    private void Gather(GraphWait start)
    {
        Add(start);
        for (var i = 0; i < _waits.Count; i++)
        {
            foreach (var blocker in _blockers[_waits[i]])
            {
                if (blocker.Wait is not null)
                {
                    Add(blocker.Wait);
                }
                else if (!blocker.Party!.IsRunning)
                {
                    for (var wait = blocker.Party.FirstWait; wait is not null; wait = wait.NextOfParty)
                        Add(wait);
                }
            }
        }
    }

    private void Add(GraphWait wait)
    {
        if (_blockers.ContainsKey(wait))
            return;

        var blockers = new List<WaitBlocker>();
        if (wait.CanSurelyEnd)
            _movable.Add(wait);
        else
            wait.CollectBlockersLocked(blockers);
        _blockers.Add(wait, blockers);
        _waits.Add(wait);
    }

    private bool CanEnd(GraphWait wait)
    {
        var blockers = _blockers[wait];
        return wait.NeedsAll ? blockers.TrueForAll(CanMove) : blockers.Count == 0 || blockers.Exists(CanMove);
    }

    private bool CanMove(WaitBlocker blocker)
    {
        if (blocker.Wait is not null)
            return _movable.Contains(blocker.Wait);
        if (blocker.Party!.IsRunning)
            return true;

        for (var wait = blocker.Party.FirstWait; wait is not null; wait = wait.NextOfParty)
        {
            if (_movable.Contains(wait))
                return true;
        }

        return false;
    }

    // The shortest way back to where it began, over those who are stuck.
    private List<DeadlockLink> FindCycle(GraphWait start)
    {
        var cameFrom = new Dictionary<GraphWait, (GraphWait Wait, WaitBlocker By)>();
        var queue = new Queue<GraphWait>([start]);
        var last = (Wait: start, By: default(WaitBlocker));
        while (queue.TryDequeue(out var wait))
        {
            foreach (var blocker in _blockers[wait])
            {
                if (CanMove(blocker))
                    continue;

                last = (wait, blocker);
                if (Closes(start, blocker))
                    return Path(cameFrom, start, last);

                for (var next = blocker.Wait ?? blocker.Party!.FirstWait; next is not null; next = blocker.Wait is null ? next.NextOfParty : null)
                {
                    if (!ReferenceEquals(next, start) && cameFrom.TryAdd(next, (wait, blocker)))
                        queue.Enqueue(next);
                }
            }
        }

        return Path(cameFrom, start, last);
    }

    private static bool Closes(GraphWait start, WaitBlocker blocker) =>
        ReferenceEquals(blocker.Wait, start) || (blocker.Party is { IsAnonymous: false } party && ReferenceEquals(party, start.Party));

    private static List<DeadlockLink> Path(Dictionary<GraphWait, (GraphWait Wait, WaitBlocker By)> cameFrom, GraphWait start, (GraphWait Wait, WaitBlocker By) last)
    {
        var links = new List<DeadlockLink>();
        for (var step = last; ; step = cameFrom[step.Wait])
        {
            links.Add(new DeadlockLink(step.Wait.Subject.AgentId, step.Wait.Subject.Name, step.By.WaitsFor, step.By.Relation));
            if (ReferenceEquals(step.Wait, start))
                break;
        }

        links.Reverse();
        return links;
    }
}
