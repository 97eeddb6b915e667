namespace AgentOrchestration.Locking;

/// <summary>
/// A node of the wait-for graph: an agent with all its activities, or one owner of the host. It can move while any of its activities works, or waits for what can come.
/// </summary>
internal abstract class WaitParty
{
    private ResourceLockTable? _table;
    private ulong _stripes;
    private int _activities;
    private bool _isUnwinding;
    private List<ResourceLoan>? _lent;

    /// <param name="activities">How many activities it has now that do not join others.</param>
    protected WaitParty(int activities = 1) => _activities = activities;

    /// <summary>For people.</summary>
    public abstract string Name { get; }

    /// <summary>The agent; null for the host.</summary>
    public abstract AgentId? AgentId { get; }

    /// <summary>Both, made once.</summary>
    internal LockHolder Identity => field ??= new LockHolder(Name, AgentId);

    /// <summary>It stands for many who know nothing of each other: it never re-enters what it holds, is never closed, and always counts as able to move.</summary>
    public virtual bool IsAnonymous => false;

    /// <summary>
    /// The stripes in which it may hold something, as bits. A bit is written with its stripe's gate held only, so that a clear one is the truth for whoever has that gate.
    /// A count would cost two atomic additions on every acquire and release; a bit is written the first time and then only read.
    /// </summary>
    internal ulong Stripes => Volatile.Read(ref _stripes);

    // The rest is used with the table's wait gate held only.

    /// <summary>Its open waits; at most one for each activity of an agent.</summary>
    internal GraphWait? FirstWait { get; set; }

    /// <summary>Open waits for its end, and groups that it is in: why others may wait for it, its locks apart.</summary>
    internal int DependentCount { get; set; }

    /// <summary>What its owners have lent to others.</summary>
    internal IReadOnlyList<ResourceLoan> LentLocked => _lent ?? [];

    /// <summary>True if others may wait for it, so that its own wait could close a cycle.</summary>
    internal bool MayBeAwaited => Stripes != 0 || DependentCount > 0;

    /// <summary>True if one of its activities does not wait, or all that wait are about to stop.</summary>
    internal bool IsRunning
    {
        get
        {
            if (IsAnonymous || _isUnwinding || FirstWait is null)
                return true;

            var waiting = 0;
            for (var wait = FirstWait; wait is not null; wait = wait.NextOfParty)
                waiting++;
            return _activities > waiting;
        }
    }

    /// <summary>Guards that it holds, as <see cref="ResourceLockTable.HeldCount"/> says.</summary>
    internal int HeldGuards => Stripes == 0 ? 0 : _table!.CountHeld(this);

    internal bool MayHoldIn(int stripe) => (Stripes & (1UL << stripe)) != 0;

    internal void MarkHolding(ResourceLockTable table, int stripe)
    {
        if (MayHoldIn(stripe))
            return;

        _table = table;
        Interlocked.Or(ref _stripes, 1UL << stripe);
    }

    internal void MarkNotHolding(int stripe) => Interlocked.And(ref _stripes, ~(1UL << stripe));

    internal void ResetLocked()
    {
        _activities = 1;
        _isUnwinding = false;
    }

    internal void UnwindLocked() => _isUnwinding = true;

    internal void AddActivitiesLocked(int count) => _activities += count;

    internal void AddLentLocked(ResourceLoan loan) => (_lent ??= []).Add(loan);

    internal void RemoveLentLocked(ResourceLoan loan) => _lent!.Remove(loan);

    internal void AddWaitLocked(GraphWait wait)
    {
        if (IsAnonymous)
            return;

        wait.NextOfParty = FirstWait;
        FirstWait = wait;
    }

    internal void RemoveWaitLocked(GraphWait wait)
    {
        if (ReferenceEquals(FirstWait, wait))
        {
            FirstWait = wait.NextOfParty;
        }
        else
        {
            var before = FirstWait;
            while (before is not null && !ReferenceEquals(before.NextOfParty, wait))
                before = before.NextOfParty;
            if (before is not null)
                before.NextOfParty = wait.NextOfParty;
        }

        wait.NextOfParty = null;
    }
}
