namespace AgentOrchestration.Locking;

/// <summary>
/// Looks for a cycle that one new wait would close: from those who wait to whoever holds, or waits ahead for, what they wait for. The queues are the graph, so there is
/// nothing to keep up to date. Used with the table's gate held only.
/// </summary>
internal sealed class WaitCycle
{
    private readonly LockWaiter _start;
    private readonly HashSet<LockWaiter> _seen = [];
    private readonly List<DeadlockLink> _path = [];

    private WaitCycle(LockWaiter start) => _start = start;

    /// <returns>The cycle, beginning with the owner of <paramref name="start"/>; null if there is none.</returns>
    public static IReadOnlyList<DeadlockLink>? Find(LockWaiter start)
    {
        // Nobody waits for one who holds nothing and stands at the end of the queue.
        if (start.Owner.HeldCount == 0 && start.Next is null)
            return null;

        var search = new WaitCycle(start);
        return search.Reaches(start) ? search._path : null;
    }

    private bool Reaches(LockWaiter waiter)
    {
        if (!_seen.Add(waiter))
            return false;

        for (var grant = waiter.Entry.FirstHolder; (grant = ResourceEntry.FindConflict(grant, waiter.Owner, waiter.Mode)) is not null; grant = grant.Next)
        {
            if (Closes(waiter, grant.Owner, "held by"))
                return true;
        }

        for (var ahead = waiter.Previous; ahead is not null; ahead = ahead.Previous)
        {
            var conflicts = waiter.Mode == ResourceMode.Exclusive || ahead.Mode == ResourceMode.Exclusive;
            if (conflicts && Closes(waiter, ahead.Owner, "wanted before by"))
                return true;
        }

        return false;
    }

    private bool Closes(LockWaiter waiter, LockOwner blocker, string relation)
    {
        _path.Add(new DeadlockLink(waiter.Owner.AgentId, waiter.Owner.Name, waiter.Entry.Key.ToString(), relation));
        if (ReferenceEquals(blocker, _start.Owner) || (blocker.OpenWait is { IsOpen: true } next && Reaches(next)))
            return true;

        _path.RemoveAt(_path.Count - 1);
        return false;
    }
}
