using System.Runtime.CompilerServices;

namespace AgentOrchestration.Locking;

/// <summary>One resource that somebody holds or waits for: its holders, and the queue of those who wait. Reused after it has become idle.</summary>
/// <remarks>
/// Changed with the stripe's gate held. While somebody waits, it is changed with the wait gate held too: so whoever holds the wait gate may read an entry with a queue
/// without its stripe's gate.
/// </remarks>
internal sealed class ResourceEntry
{
    private ResourceKey _key;
    private WaitNode? _lastNode;
    private int _holderCount;
    private int _exclusiveCount;

    public ResourceEntry(ResourceLockTable table, LockStripe stripe)
    {
        Stripe = stripe;
        Primary = new ResourceGrant(table, stripe) { Entry = this };
    }

    public LockStripe Stripe { get; }

    /// <summary>The hold that most resources need no second of. It comes with the entry and is always the head of the list of holds, also while it is not one itself: so
    /// the first hold is added and removed without writing a reference, which the collector would have to be told of.</summary>
    public ResourceGrant Primary { get; }

    public ResourceKey Key => _key;

    public ref readonly ResourceKey KeyReference => ref _key;

    public ResourceEntry? NextInBucket { get; set; }

    public ResourceGrant? FirstHolder => Primary.IsActive ? Primary : Primary.Next;

    public WaitNode? FirstNode { get; private set; }

    public bool IsIdle => _holderCount == 0 && FirstNode is null;

    /// <summary>Makes an idle entry stand for another resource.</summary>
    public void Rename(in ResourceKey key)
    {
        if (!ReferenceEquals(_key.Data, key.Data))
            _key = key;
    }

    /// <summary>The strongest hold of <paramref name="owner"/> or of one that it was forked from; null if there is none.</summary>
    public ResourceGrant? FindInherited(LockOwner owner)
    {
        if (_holderCount == 0 || owner.IsAnonymous || !owner.Party.MayHoldIn(Stripe.Index))
            return null;

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

    public bool IsHeldBy(WaitParty party)
    {
        for (var grant = FirstHolder; grant is not null; grant = grant.Next)
        {
            if (ReferenceEquals(grant.Owner.Party, party))
                return true;
        }

        return false;
    }

    /// <summary>The first hold that keeps <paramref name="owner"/> from having the resource in <paramref name="mode"/>.</summary>
    public ResourceGrant? FindConflict(LockOwner owner, ResourceMode mode) =>
        mode == ResourceMode.Shared && _exclusiveCount == 0 ? null : NextConflict(FirstHolder, owner, mode);

    /// <summary>The first such hold from <paramref name="start"/> on.</summary>
    public static ResourceGrant? NextConflict(ResourceGrant? start, LockOwner owner, ResourceMode mode)
    {
        for (var grant = start; grant is not null; grant = grant.Next)
        {
            if ((mode == ResourceMode.Exclusive || grant.Mode == ResourceMode.Exclusive) && !owner.Inherits(grant.Owner))
                return grant;
        }

        return null;
    }

    /// <summary>As <see cref="AddHolder"/>, on an idle entry.</summary>
    public void AddPrimary(ResourceMode mode)
    {
        _holderCount = 1;
        _exclusiveCount = mode == ResourceMode.Exclusive ? 1 : 0;
    }

    public void AddHolder(ResourceGrant grant)
    {
        if (!ReferenceEquals(grant, Primary))
            Link(grant);
        _holderCount++;
        if (grant.Mode == ResourceMode.Exclusive)
            _exclusiveCount++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void RemoveHolder(ResourceGrant grant)
    {
        if (!ReferenceEquals(grant, Primary))
            Unlink(grant);
        _holderCount--;
        if (grant.Mode == ResourceMode.Exclusive)
            _exclusiveCount--;
    }

    public void Enqueue(WaitNode node)
    {
        var before = _lastNode;
        while (before is not null && node.Precedes(before))
            before = before.Previous;

        if (FirstNode is null)
            Stripe.AwaitedCount++;

        var after = before is null ? FirstNode : before.Next;
        node.Previous = before;
        node.Next = after;
        if (before is null)
            FirstNode = node;
        else
            before.Next = node;
        if (after is null)
            _lastNode = node;
        else
            after.Previous = node;
    }

    public void Dequeue(WaitNode node)
    {
        if (node.Previous is null)
            FirstNode = node.Next;
        else
            node.Previous.Next = node.Next;
        if (node.Next is null)
            _lastNode = node.Previous;
        else
            node.Next.Previous = node.Previous;
        node.Previous = node.Next = null;
        if (FirstNode is null)
            Stripe.AwaitedCount--;
    }

    private void Link(ResourceGrant grant)
    {
        grant.Previous = Primary;
        grant.Next = Primary.Next;
        if (grant.Next is not null)
            grant.Next.Previous = grant;
        Primary.Next = grant;
    }

    private static void Unlink(ResourceGrant grant)
    {
        grant.Previous!.Next = grant.Next;
        if (grant.Next is not null)
            grant.Next.Previous = grant.Previous;
        grant.Previous = null;
        grant.Next = null;
    }
}
