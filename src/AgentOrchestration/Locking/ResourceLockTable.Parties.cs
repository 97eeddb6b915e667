using System.Diagnostics;

namespace AgentOrchestration.Locking;

/// <content>Waits that are not for resources: the scheduler tells of them, so that one graph spans all.</content>
internal sealed partial class ResourceLockTable
{
    private readonly HashSet<PartyWait> _partyWaits = [];

    /// <summary>Begins a wait for children or a group; it stands in the graph until <see cref="EndWait"/>.</summary>
    /// <exception cref="ResourceDeadlockException">It would never end; it has not begun.</exception>
    public void BeginWait(PartyWait wait)
    {
        if (TryBeginWait(wait) is { } refusal)
            throw refusal;
    }

    /// <summary>As <see cref="BeginWait"/>, for those who are not to throw.</summary>
    /// <returns>Why it has not begun; null if it has.</returns>
    public ResourceDeadlockException? TryBeginWait(PartyWait wait)
    {
        lock (_waitGate)
        {
            wait.Ticket = ++_lastTicket;
            wait.CountChildrenLocked(1);
            var party = wait.Party;
            party.AddWaitLocked(wait);
            if (!party.MayBeAwaited || StuckSearch.Find(wait) is not { } cycle)
            {
                _partyWaits.Add(wait);
                return null;
            }

            wait.LeaveLocked();
            return RefusalLocked(wait.Party, cycle);
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

    /// <summary>The activities of the party are told to stop: whatever they wait for, it ends now, though not at once.</summary>
    public void Unwind(WaitParty party)
    {
        lock (_waitGate)
            party.UnwindLocked();
    }

    /// <summary>An attempt is over and another one follows: what activities it left behind count no more.</summary>
    public void Reset(WaitParty party)
    {
        lock (_waitGate)
            party.ResetLocked();
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

    /// <summary>The party is in the group now.</summary>
    public void AddMember(WaitGroup group, WaitParty party)
    {
        lock (_waitGate)
            group.AddLocked(party);
    }

    /// <summary>The party has left a group in which somebody else takes its place, or for which nobody waits.</summary>
    public void RemoveMember(WaitGroup group, WaitParty party)
    {
        lock (_waitGate)
            group.RemoveLocked(party);
    }

    /// <summary>The party has left the group that the wait is for. What that leaves stuck is refused; not with a gate held.</summary>
    public void RemoveMember(PartyWait wait, WaitParty party)
    {
        var completed = default(Completions);
        lock (_waitGate)
        {
            wait.Group!.RemoveLocked(party);
            RefuseStuckLocked(wait.Party, ref completed);
        }

        completed.Run();
    }

    /// <summary>So many more things are under way for the group that wait for nobody in the graph.</summary>
    public void BeginOwnWork(WaitGroup group, int count)
    {
        lock (_waitGate)
            group.OwnWork += count;
    }

    /// <summary>One of them is over. What that leaves stuck is refused; not with a gate held.</summary>
    public void EndOwnWork(PartyWait wait)
    {
        var completed = default(Completions);
        lock (_waitGate)
        {
            wait.Group!.OwnWork--;
            RefuseStuckLocked(wait.Party, ref completed);
        }

        completed.Run();
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
