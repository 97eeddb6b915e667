namespace AgentOrchestration.Locking;

/// <summary>A wait for others: for children, all or any of them, or for one of a group, such as those who hold the places of a concurrency group or work for a run.</summary>
internal abstract class PartyWait : GraphWait
{
    private readonly IReadOnlyList<WaitParty> _children;
    private bool _isOpen;

    /// <summary>A wait for children.</summary>
    protected PartyWait(WaitParty party, IReadOnlyList<WaitParty> children, bool all)
    {
        Party = party;
        NeedsAll = all;
        _children = children;
    }

    /// <summary>A wait until one of a group moves; who is in it may change meanwhile.</summary>
    protected PartyWait(WaitParty party, WaitGroup group)
    {
        Party = party;
        NeedsAll = false;
        _children = [];
        Group = group;
    }

    public override WaitParty Party { get; }

    public override bool NeedsAll { get; }

    public override bool CanSurelyEnd => Group is { HasMoverLocked: true };

    public WaitGroup? Group { get; }

    public override void CollectBlockersLocked(List<WaitBlocker> blockers)
    {
        if (Group is not null)
        {
            Group.CollectBlockersLocked(blockers);
            return;
        }

        foreach (var child in _children)
            blockers.Add(new WaitBlocker(child, Wait: null, "its child", "namely"));
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

    /// <summary>It stands in the graph no more, because somebody stopped moving and it would never end. Called outside the gates.</summary>
    protected abstract void OnRefused(ResourceDeadlockException refusal);

    internal void CountChildrenLocked(int sign)
    {
        _isOpen = sign > 0;
        foreach (var child in _children)
            child.DependentCount += sign;
    }

    internal void LeaveLocked()
    {
        if (!_isOpen)
            return;

        Party.RemoveWaitLocked(this);
        CountChildrenLocked(-1);
    }
}
