using System.Diagnostics;

namespace AgentOrchestration.Locking;

/// <content>Waits that are not for resources: the scheduler tells of them, so that one graph spans all.</content>
internal sealed partial class ResourceLockTable
{
    private readonly HashSet<PartyWait> _partyWaits = [];

    /// <summary>Begins a wait for children or a concurrency group; it stands in the graph until <see cref="EndWait"/>.</summary>
    /// <exception cref="ResourceDeadlockException">It would never end; it has not begun.</exception>
    public void BeginWait(PartyWait wait)
    {
        lock (_waitGate)
        {
            wait.Ticket = ++_lastTicket;
            wait.CountTargetsLocked(1);
            var party = wait.Party;
            party.AddWaitLocked(wait);
            if (!party.MayBeAwaited || StuckSearch.Find(wait) is not { } cycle)
            {
                _partyWaits.Add(wait);
                return;
            }

            party.RemoveWaitLocked(wait);
            wait.CountTargetsLocked(-1);
            throw RefusalLocked(wait.Party, cycle);
        }
    }

    /// <summary>Ends it; harmless if it was refused meanwhile.</summary>
    public void EndWait(PartyWait wait)
    {
        lock (_waitGate)
        {
            wait.LeaveLocked();
            _partyWaits.Remove(wait);
        }
    }

    /// <summary>The party has so many more activities that do not join others.</summary>
    public void AddActivities(WaitParty party, int count)
    {
        Debug.Assert(count >= 0, "An activity ends with EndActivity: what can no longer move is refused there.");
        lock (_waitGate)
            party.AddActivitiesLocked(count);
    }

    /// <summary>A new attempt begins: what activities an earlier one left behind count no more.</summary>
    public void ResetActivities(WaitParty party)
    {
        lock (_waitGate)
            party.SetActivitiesLocked(1);
    }

    /// <summary>An activity is over, and none goes on in its place: its agent moves only if another activity does. What that leaves stuck is refused.</summary>
    /// <returns>What is to be done outside the gates; null if nothing.</returns>
    public Action? EndActivity(WaitParty party)
    {
        var completed = default(Completions);
        lock (_waitGate)
        {
            party.AddActivitiesLocked(-1);
            RefuseStuckLocked(party, ref completed);
        }

        return completed.IsEmpty ? null : completed.Run;
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

    // The party waits for others now than before, or no longer moves: the youngest of those who are stuck with it goes, until none is.
    private void RefuseStuckLocked(WaitParty party, ref Completions completed)
    {
        while (!party.IsRunning && party.MayBeAwaited && party.FirstWait is { } wait && StuckSearch.FindYoungest(wait) is { } youngest)
        {
            completed.Add(youngest.RefuseLocked(RefusalLocked(youngest.Subject, StuckSearch.Find(youngest)!)));
            if (youngest is PartyWait ended)
                _partyWaits.Remove(ended);
        }
    }
}
