namespace AgentOrchestration.Locking;

/// <summary>
/// Who holds or waits, and the small port by which the wait of an agent reaches the scheduler: the lock table calls it, outside its gate; it never calls the lock table.
/// </summary>
internal abstract class LockOwner(LockOwner? parent)
{
    /// <summary>The owner it was forked from; what that one held may be taken again by this one.</summary>
    public LockOwner? Parent { get; } = parent;

    /// <summary>For people.</summary>
    public abstract string Name { get; }

    /// <summary>The agent; null for the host.</summary>
    public abstract AgentId? AgentId { get; }

    /// <summary>True if it stands for many who know nothing of each other: then it never re-enters what it holds, and is never closed.</summary>
    public virtual bool IsAnonymous => false;

    /// <summary>
    /// Completes when <paramref name="granted"/> has completed and the owner may go on; its outcome is that of <paramref name="granted"/>.
    /// An agent gives its slot back meanwhile. <paramref name="granted"/> always completes, also after the owner's cancellation, of which
    /// <see cref="CancellationToken"/> tells.
    /// </summary>
    public abstract ValueTask WaitAsync(ResourceKey key, Task granted);

    /// <summary>Signalled when the owner must give up waiting.</summary>
    public abstract CancellationToken CancellationToken { get; }

    // What follows belongs to the lock table and is written with its gate held only.

    /// <summary>Guards it holds, those of re-entrance included.</summary>
    internal int HeldCount { get; set; }

    /// <summary>Its open wait, if any.</summary>
    internal LockWaiter? OpenWait { get; set; }

    /// <summary>True after <see cref="ResourceLockTable.ReleaseAll"/>: it can acquire nothing any more.</summary>
    internal bool IsClosed { get; set; }

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
