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

    /// <summary>
    /// Completes when <paramref name="granted"/> has completed and the owner may go on; its outcome is that of <paramref name="granted"/>.
    /// An agent gives its slot back meanwhile. <paramref name="granted"/> always completes, also after the owner's cancellation, of which
    /// <see cref="CancellationToken"/> tells.
    /// </summary>
    public abstract ValueTask WaitAsync(ResourceKey key, Task granted);

    /// <summary>Signalled when the owner must give up waiting.</summary>
    public abstract CancellationToken CancellationToken { get; }
}
