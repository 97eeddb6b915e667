namespace AgentOrchestration.Locking;

/// <content>Waits that are not for resources: the scheduler tells of them, so that one graph spans all.</content>
internal sealed partial class ResourceLockTable
{
    /// <summary>Begins a wait for children or a concurrency group; it stands in the graph until <see cref="EndWait"/>.</summary>
    /// <exception cref="ResourceDeadlockException">It would never end; it has not begun.</exception>
    public void BeginWait(PartyWait wait)
    {
        lock (_waitGate)
        {
            wait.Ticket = ++_lastTicket;
            wait.CountTargetsLocked(1);
            var party = wait.Owner.Party;
            party.AddWaitLocked(wait);
            if (!party.MayBeAwaited || StuckSearch.Find(wait) is not { } cycle)
                return;

            party.RemoveWaitLocked(wait);
            wait.CountTargetsLocked(-1);
            throw RefusalLocked(wait.Owner, cycle);
        }
    }

    /// <summary>Ends it; harmless if it was refused meanwhile.</summary>
    public void EndWait(PartyWait wait)
    {
        lock (_waitGate)
            wait.LeaveLocked();
    }

    /// <summary>An activity is over, or joins others: from now on its agent moves only if another activity does. What that leaves stuck is refused.</summary>
    public void GoIdle(LockOwner activity)
    {
        var completed = default(Completions);
        lock (_waitGate)
            GoIdleLocked(activity, ref completed);
        completed.Run();
    }

    /// <summary>An activity that joined others goes on.</summary>
    public void GoOn(LockOwner activity)
    {
        lock (_waitGate)
        {
            if (!activity.IsIdle)
                return;

            activity.IsIdle = false;
            activity.Party.AddActivities(1);
        }
    }

    /// <summary>The party now holds a place in the group.</summary>
    public void AddHolder(WaitGroup group, WaitParty party)
    {
        lock (_waitGate)
            group.AddLocked(party);
    }

    /// <summary>The party has left the group.</summary>
    public void RemoveHolder(WaitGroup group, WaitParty party)
    {
        lock (_waitGate)
            group.RemoveLocked(party);
    }

    private void GoIdleLocked(LockOwner activity, ref Completions completed)
    {
        if (activity.IsIdle)
            return;

        activity.IsIdle = true;
        var party = activity.Party;
        party.AddActivities(-1);
        while (!party.IsRunning && party.MayBeAwaited && party.FirstWait is { } wait && StuckSearch.FindYoungest(wait) is { } youngest)
            completed.Add(youngest.RefuseLocked(RefusalLocked(youngest.Owner, StuckSearch.Find(youngest)!)));
    }
}
