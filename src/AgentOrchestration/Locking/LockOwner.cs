namespace AgentOrchestration.Locking;

/// <summary>
/// Who holds or waits, and the small port by which the wait of an agent reaches the scheduler: the lock table calls it, outside its gates; it never calls the lock table.
/// </summary>
internal abstract class LockOwner : WaitParty
{
    private bool _isClosed;

    /// <param name="parent">The owner it is forked from; null for the body of an agent, and for the host.</param>
    /// <param name="party">Whom it acts for in the wait-for graph; null for that of <paramref name="parent"/>, or else itself.</param>
    protected LockOwner(LockOwner? parent, WaitParty? party = null)
    {
        Parent = parent;
        Party = party ?? parent?.Party ?? this;
    }

    /// <summary>The owner it was forked from; what that one held may be taken again by this one.</summary>
    public LockOwner? Parent { get; }

    /// <summary>Whom it acts for in the wait-for graph: an agent with all its activities is one.</summary>
    public WaitParty Party { get; }

    /// <summary>Who waits goes before those on lower levels, within limits. The levels are those of agents' priorities, of which 2 is the middle.</summary>
    public virtual int Priority => 2;

    /// <summary>
    /// Completes when <paramref name="granted"/> has completed and the owner may go on; its outcome is that of <paramref name="granted"/>.
    /// An agent gives its slot back meanwhile. <paramref name="granted"/> always completes, also after the owner's cancellation, of which
    /// <see cref="CancellationToken"/> tells.
    /// </summary>
    public abstract ValueTask WaitAsync(ResourceKey key, Task granted);

    /// <summary>Its wait is over, whatever the outcome, and <c>granted</c> is about to complete: an agent asks for its slot now, before others can do so.</summary>
    public virtual void OnWaitOver()
    {
    }

    /// <summary>Signalled when the owner must give up waiting.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Guards that its party holds.</summary>
    internal int HeldCount => Party.HeldGuards;

    /// <summary>Its waits need no scheduler: <see cref="WaitAsync"/> only awaits, and nothing cancels it.</summary>
    internal virtual bool WaitsByItself => false;

    /// <summary>
    /// Whether its waits may have spans. Those of an agent that need no scheduler are begun by it, for what a goal claims: not in the agent's flow, and with a gate held.
    /// </summary>
    internal bool MayBeTraced => !WaitsByItself || AgentId is null;

    /// <summary>True after <see cref="ResourceLockTable.ReleaseAll"/>: it can acquire nothing any more.</summary>
    internal bool IsClosed => Volatile.Read(ref _isClosed);

    /// <summary>What was lent to it. Written with the table's wait gate held, before the first of them moves and after the last.</summary>
    internal ResourceLoan[] Loans { get; set; } = [];

    internal void Close() => Volatile.Write(ref _isClosed, true);

    /// <summary>Whether what <paramref name="holder"/> holds counts as held by this owner: it is this owner, or one that this owner was forked from.</summary>
    internal bool Inherits(LockOwner holder)
    {
        if (IsAnonymous)
            return false;

        for (var owner = this; owner is not null; owner = owner.Parent)
        {
            if (ReferenceEquals(owner, holder))
                return true;
        }

        return false;
    }
}
