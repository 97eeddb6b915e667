namespace AgentOrchestration.Locking;

/// <summary>A concurrency group as the graph sees it: who holds its places.</summary>
internal sealed class WaitGroup(string name)
{
    private readonly List<WaitParty> _holders = [];

    public string Name { get; } = name;

    internal IReadOnlyList<WaitParty> HoldersLocked => _holders;

    internal void AddLocked(WaitParty party)
    {
        _holders.Add(party);
        party.DependentCount++;
    }

    internal void RemoveLocked(WaitParty party)
    {
        if (_holders.Remove(party))
            party.DependentCount--;
    }
}
