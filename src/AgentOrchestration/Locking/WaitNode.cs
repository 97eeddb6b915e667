namespace AgentOrchestration.Locking;

/// <summary>The place of a wait in the queue of one resource; a wait for a set has several.</summary>
internal sealed class WaitNode(LockWaiter waiter)
{
    public LockWaiter Waiter { get; } = waiter;

    public ResourceEntry Entry { get; set; } = null!;

    public ResourceMode Mode { get; set; }

    /// <summary>
    /// The owner, or one that it was forked from, held the resource, a container of it or something in it when the wait began: strangers cannot be served before it is done.
    /// Fixed from then on, so that who goes first never turns round: only a new wait adds to whom others wait for, and so only a new wait is checked.
    /// </summary>
    public bool Reenters { get; set; }

    public WaitNode? Previous { get; set; }

    public WaitNode? Next { get; set; }

    /// <summary>Whether this one is served before <paramref name="other"/> where they are in each other's way.</summary>
    public bool Precedes(WaitNode other) => Reenters != other.Reenters ? Reenters : Waiter.Order < other.Waiter.Order;

    public bool ConflictsWith(WaitNode other) =>
        !ReferenceEquals(Waiter, other.Waiter) && (Mode == ResourceMode.Exclusive || other.Mode == ResourceMode.Exclusive);
}
