namespace AgentOrchestration.Locking;

/// <summary>A wait for others to end: children (all or any of them), or whoever holds the places of a concurrency group.</summary>
internal abstract class PartyWait : GraphWait
{
    private readonly IReadOnlyList<WaitParty> _parties;
    private readonly WaitGroup? _group;
    private bool _isOpen;

    /// <summary>A wait for children.</summary>
    protected PartyWait(WaitParty party, IReadOnlyList<WaitParty> children, bool all)
    {
        Party = party;
        NeedsAll = all;
        _parties = children;
    }

    /// <summary>A wait for a place in a group.</summary>
    protected PartyWait(WaitParty party, WaitGroup group)
    {
        Party = party;
        NeedsAll = false;
        _parties = [];
        _group = group;
    }

    public override WaitParty Party { get; }

    public override bool NeedsAll { get; }

    public override void CollectBlockersLocked(List<WaitBlocker> blockers)
    {
        foreach (var party in _group?.HoldersLocked ?? _parties)
        {
            blockers.Add(_group is null
                ? new WaitBlocker(party, Wait: null, "its child", "namely")
                : new WaitBlocker(party, Wait: null, $"a place in group '{_group.Name}'", "held by"));
        }
    }

    public void DescribeLocked(List<AgentDependency> dependencies)
    {
        var blockers = new List<WaitBlocker>();
        CollectBlockersLocked(blockers);
        foreach (var blocker in blockers)
            dependencies.Add(new AgentDependency(Party.Name, Party.AgentId, blocker.WaitsFor, blocker.Party!.Name, blocker.Party.AgentId));
    }

    public sealed override Action RefuseLocked(ResourceDeadlockException refusal)
    {
        LeaveLocked();
        return () => OnRefused(refusal);
    }

    /// <summary>It stands in the graph no more, because an activity ended and it would never end. Called outside the gates.</summary>
    protected abstract void OnRefused(ResourceDeadlockException refusal);

    internal void CountTargetsLocked(int sign)
    {
        _isOpen = sign > 0;
        foreach (var party in _parties)
            party.DependentCount += sign;
    }

    internal void LeaveLocked()
    {
        if (!_isOpen)
            return;

        Party.RemoveWaitLocked(this);
        CountTargetsLocked(-1);
    }
}
