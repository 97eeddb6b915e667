namespace AgentOrchestration.Locking;

/// <summary>One resource that somebody holds or waits for: its holders, and the queue of those who wait. Used with the table's gate held only.</summary>
internal sealed class ResourceEntry(ResourceKey key)
{
    private LockWaiter? _lastWaiter;

    public ResourceKey Key { get; } = key;

    public ResourceGrant? FirstHolder { get; private set; }

    public LockWaiter? FirstWaiter { get; private set; }

    public bool IsIdle => FirstHolder is null && FirstWaiter is null;

    /// <summary>The strongest hold of <paramref name="owner"/> or of one that it was forked from; null if there is none.</summary>
    public ResourceGrant? FindInherited(LockOwner owner)
    {
        ResourceGrant? found = null;
        for (var grant = FirstHolder; grant is not null; grant = grant.Next)
        {
            if (!owner.Inherits(grant.Owner))
                continue;

            if (grant.Mode == ResourceMode.Exclusive)
                return grant;

            found ??= grant;
        }

        return found;
    }

    /// <summary>The first hold, from <paramref name="start"/> on, that keeps <paramref name="owner"/> from having the resource in <paramref name="mode"/>.</summary>
    public static ResourceGrant? FindConflict(ResourceGrant? start, LockOwner owner, ResourceMode mode)
    {
        for (var grant = start; grant is not null; grant = grant.Next)
        {
            if ((mode == ResourceMode.Exclusive || grant.Mode == ResourceMode.Exclusive) && !owner.Inherits(grant.Owner))
                return grant;
        }

        return null;
    }

    public void AddHolder(ResourceGrant grant)
    {
        grant.Entry = this;
        grant.Previous = null;
        grant.Next = FirstHolder;
        if (FirstHolder is not null)
            FirstHolder.Previous = grant;
        FirstHolder = grant;
    }

    public void RemoveHolder(ResourceGrant grant)
    {
        if (grant.Previous is null)
            FirstHolder = grant.Next;
        else
            grant.Previous.Next = grant.Next;
        if (grant.Next is not null)
            grant.Next.Previous = grant.Previous;
        grant.Previous = grant.Next = null;
    }

    /// <summary>First come, first served; but one who re-enters goes before strangers, who cannot be served before it is done.</summary>
    public void Enqueue(LockWaiter waiter)
    {
        var before = _lastWaiter;
        while (waiter.Reenters && before is { Reenters: false })
            before = before.Previous;

        var after = before is null ? FirstWaiter : before.Next;
        waiter.Previous = before;
        waiter.Next = after;
        if (before is null)
            FirstWaiter = waiter;
        else
            before.Next = waiter;
        if (after is null)
            _lastWaiter = waiter;
        else
            after.Previous = waiter;
    }

    public void Dequeue(LockWaiter waiter)
    {
        if (waiter.Previous is null)
            FirstWaiter = waiter.Next;
        else
            waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null)
            _lastWaiter = waiter.Previous;
        else
            waiter.Next.Previous = waiter.Previous;
        waiter.Previous = waiter.Next = null;
    }
}
