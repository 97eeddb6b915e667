using System.Numerics;

namespace AgentOrchestration.Locking;

/// <content>What stands in the way of whom, read off the queues with the wait gate held: the queues are the graph.</content>
internal sealed partial class ResourceLockTable
{
    private const string HeldBy = "held by";
    private const string WantedBefore = "wanted before by";

    /// <summary>Who holds and who waits: all waits and what they wait for at one moment, other holds stripe by stripe.</summary>
    public ResourceSnapshot Snapshot()
    {
        var holds = new List<ResourceHold>();
        var waits = new List<ResourceWait>();
        var dependencies = new List<AgentDependency>();
        lock (_waitGate)
        {
            foreach (var stripe in _stripes)
            {
                stripe.Enter();
                foreach (var entry in stripe.Entries())
                {
                    for (var grant = entry.FirstHolder; grant is not null; grant = grant.Next)
                        holds.Add(new ResourceHold(entry.Key, grant.Mode, grant.Owner.Name, grant.Owner.AgentId, grant.FencingToken, CoarseClock.ToDate(grant.Since)));
                }

                stripe.Exit();
            }

            for (var waiter = _firstOpen; waiter is not null; waiter = waiter.NextOpen)
            {
                var requests = Array.ConvertAll(waiter.Nodes, static node => new ResourceRequest(node.Entry.Key, node.Mode));
                waits.Add(new ResourceWait(waiter.Owner.Name, waiter.Owner.AgentId, requests, DescribeBlockerLocked(waiter), CoarseClock.ToDate(waiter.Since)));
            }

            foreach (var wait in _partyWaits.OrderBy(static wait => wait.Ticket))
                wait.DescribeLocked(dependencies);
        }

        holds.Sort(static (one, other) => string.CompareOrdinal(one.Key.ToString(), other.Key.ToString()));
        return new ResourceSnapshot(holds, waits, dependencies);
    }

    internal void CollectBlockersLocked(LockWaiter waiter, List<WaitBlocker> blockers) =>
        VisitBlockersLocked(waiter, (blockers, waiter), static (state, grant, ahead, key) =>
        {
            state.blockers.Add(grant is not null
                ? new WaitBlocker(grant.Owner.Party, Wait: null, key.ToString(), HeldBy)
                : new WaitBlocker(Party: null, ahead!.Waiter, key.ToString(), WantedBefore));
            return false;
        });

    private bool HasBlockerLocked(LockWaiter waiter)
    {
        // One who waits behind another for a single resource alone is blocked by the nearest: most who wait.
        if (waiter.Nodes is [{ Mode: ResourceMode.Exclusive, Reenters: false, Previous: not null }])
            return true;

        return VisitBlockersLocked(waiter, 0, static (_, _, _, _) => true);
    }

    internal ResourceConflict DescribeBlockerLocked(LockWaiter waiter)
    {
        VisitBlockersLocked(waiter, waiter, static (waiter, grant, ahead, key) =>
        {
            waiter.Blocker = grant is not null
                ? Describe(grant, key)
                : new ResourceConflict(key, ahead!.Waiter.Owner.Identity, ahead.Mode, ahead.Waiter.Since);
            return true;
        });
        return waiter.Blocker;
    }

    // A new wait closes a cycle only if somebody waits for its party, or has been put behind it.
    private bool MayCloseCycleLocked(LockWaiter waiter)
    {
        if (!waiter.Owner.IsAnonymous && IsAwaitedLocked(waiter.Owner.Party))
            return true;

        foreach (var node in waiter.Nodes)
        {
            if (node.Next is not null || node.Entry.Key.IsContainer || (node.Entry.Key.IsScoped && IsAwaitedByContainer(node.Entry.Key)))
                return true;
        }

        return false;
    }

    // Somebody waits for its end, for its place in a group, or for something that it holds. A party that holds nothing that anybody wants is asked for often, where many want
    // one resource, and must not cost a search.
    private bool IsAwaitedLocked(WaitParty party)
    {
        if (party.DependentCount > 0)
            return true;

        foreach (var claim in _claims)
        {
            if (claim.IsWaiting ? party.Stripes != 0 : ReferenceEquals(claim.Owner.Party, party))
                return true;
        }

        var isAwaited = false;
        for (var rest = party.Stripes; rest != 0 && !isAwaited; rest &= rest - 1)
        {
            var stripe = _stripes[BitOperations.TrailingZeroCount(rest)];
            if (stripe.AwaitedCount == 0)
                continue;

            stripe.Enter();
            foreach (var entry in stripe.Entries())
                isAwaited |= entry.FirstNode is not null && entry.IsHeldBy(party);
            stripe.Exit();
        }

        return isAwaited;
    }

    // Calls visit for each hold and each wait ahead that this one must wait for, until it returns true. Of a queue only the nearest that conflict are visited: they wait for
    // the rest. A delegate that captures nothing costs nothing.
    private bool VisitBlockersLocked<TState>(LockWaiter waiter, TState state, Func<TState, ResourceGrant?, WaitNode?, ResourceKey, bool> visit)
    {
        foreach (var node in waiter.Nodes)
        {
            if (VisitQueue(node, node.Entry, state, visit))
                return true;

            ref readonly var key = ref node.Entry.KeyReference;
            if (key.IsScoped && _claims.Length > 0 && (VisitClaims(node, key, state, visit) || (key.IsContainer && VisitBelow(node, key, state, visit))))
                return true;
        }

        return false;
    }

    private static bool VisitQueue<TState>(WaitNode node, ResourceEntry entry, TState state, Func<TState, ResourceGrant?, WaitNode?, ResourceKey, bool> visit)
    {
        var owner = node.Waiter.Owner;
        for (var grant = entry.FindConflict(owner, node.Mode); grant is not null; grant = ResourceEntry.NextConflict(grant.Next, owner, node.Mode))
        {
            if (visit(state, grant, null, entry.Key))
                return true;
        }

        for (var ahead = node.Reenters ? null : node.Previous; ahead is not null; ahead = ahead.Previous)
        {
            if (!ahead.ConflictsWith(node))
                continue;

            if (visit(state, null, ahead, entry.Key))
                return true;

            if (ahead is { Mode: ResourceMode.Exclusive, Reenters: false })
                break;
        }

        return false;
    }

    private bool VisitClaims<TState>(WaitNode node, in ResourceKey key, TState state, Func<TState, ResourceGrant?, WaitNode?, ResourceKey, bool> visit)
    {
        foreach (var claim in _claims)
        {
            if (claim.Key.Equals(key) || !claim.ConflictsWith(key, node.Mode))
                continue;

            var blocks = claim.Node is null
                ? !node.Waiter.Owner.Inherits(claim.Owner) && !IsLentFrom(claim, key, node.Waiter.Owner)
                : !node.Reenters && claim.Node.ConflictsWith(node) && claim.Node.Precedes(node);
            if (blocks && visit(state, claim.Grant, claim.Node, claim.Key))
                return true;
        }

        return false;
    }

    // Linear in what is held and waited for. What is not waited for changes with its stripe's gate only; but no hold is added below a claim without the wait gate.
    private bool VisitBelow<TState>(WaitNode node, in ResourceKey container, TState state, Func<TState, ResourceGrant?, WaitNode?, ResourceKey, bool> visit)
    {
        foreach (var stripe in _stripes)
        {
            stripe.Enter();
            var found = false;
            foreach (var entry in stripe.Entries())
            {
                if (!found && container.Covers(entry.KeyReference) && !entry.Key.Equals(container))
                    found = VisitEntryBelow(node, entry, state, visit);
            }

            stripe.Exit();
            if (found)
                return true;
        }

        return false;
    }

    private static bool VisitEntryBelow<TState>(WaitNode node, ResourceEntry entry, TState state, Func<TState, ResourceGrant?, WaitNode?, ResourceKey, bool> visit)
    {
        var owner = node.Waiter.Owner;
        for (var grant = entry.FindConflict(owner, node.Mode); grant is not null; grant = ResourceEntry.NextConflict(grant.Next, owner, node.Mode))
        {
            if (visit(state, grant, null, entry.Key))
                return true;
        }

        for (var other = node.Reenters ? null : entry.FirstNode; other is not null; other = other.Next)
        {
            if (other.ConflictsWith(node) && other.Precedes(node) && visit(state, null, other, entry.Key))
                return true;
        }

        return false;
    }
}
