namespace AgentOrchestration.Locking;

/// <summary>Parties of which one at least must move for those who wait for the group: who holds the places of a concurrency group, or works for a run.</summary>
/// <param name="waitsFor">What those wait for, for people.</param>
/// <param name="relation">How its members have it.</param>
internal sealed class WaitGroup(string waitsFor, string relation)
{
    // Many may work for one run, and each leaves it.
    private readonly HashSet<WaitParty> _members = [];

    /// <summary>What is under way for it that waits for nobody in the graph: while there is any, whoever waits for it can go on.</summary>
    internal int OwnWork { get; set; }

    internal bool HasMoverLocked
    {
        get
        {
            if (OwnWork > 0)
                return true;

            foreach (var member in _members)
            {
                if (member.IsRunning)
                    return true;
            }

            return false;
        }
    }

    internal void CollectBlockersLocked(List<WaitBlocker> blockers)
    {
        foreach (var member in _members)
            blockers.Add(new WaitBlocker(member, Wait: null, waitsFor, relation));
    }

    internal void AddLocked(WaitParty party)
    {
        if (_members.Add(party))
            party.DependentCount++;
    }

    internal void RemoveLocked(WaitParty party)
    {
        if (_members.Remove(party))
            party.DependentCount--;
    }
}
