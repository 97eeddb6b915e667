using System.Diagnostics;
using System.Globalization;
using System.Numerics;

namespace AgentOrchestration.Locking;

/// <content>What happens where somebody waits, all of it with the wait gate held.</content>
internal sealed partial class ResourceLockTable
{
    private readonly Lock _waitGate = new();
    private LockWaiter? _firstOpen;
    private LockWaiter? _lastOpen;
    private long _lastTicket;

    /// <summary>Ends the owner: its guards become inert, its wait is given up, and it can acquire nothing any more.</summary>
    /// <remarks>The scheduler calls it for every activity of an attempt when the attempt has ended or is given up as detached.</remarks>
    /// <param name="owner">The owner.</param>
    /// <param name="end">Why its holds end.</param>
    public void ReleaseAll(LockOwner owner, HoldEnd end = HoldEnd.OwnerEnded)
    {
        _clock.Read();
        Close(owner, end)?.Invoke();
    }

    /// <summary>As <see cref="ReleaseAll"/>, and may be called with the scheduler's gate held.</summary>
    /// <returns>What is to be done outside the gates; null if nothing.</returns>
    public Action? Close(LockOwner owner, HoldEnd end = HoldEnd.OwnerEnded)
    {
        Debug.Assert(!owner.IsAnonymous, "An owner that stands for many is never closed.");
        var freed = default(Freed);
        var completed = default(Completions);
        lock (_waitGate)
        {
            if (owner.IsClosed)
                return null;

            owner.Close();
            for (var wait = owner.Party.FirstWait; wait is not null;)
            {
                var next = wait.NextOfParty;
                if (wait is LockWaiter waiter && ReferenceEquals(waiter.Owner, owner))
                    LeaveLocked(waiter, Closed(owner), ref freed, ref completed);
                wait = next;
            }

            // No list of its guards: those who leave some behind are few, and pay for the search.
            Interlocked.MemoryBarrier();
            foreach (var grant in GrantsOfLocked(owner))
                ReleaseLocked(grant, end, ref freed, ref completed);
            HandOverLocked(freed, ref completed);
        }

        return completed.IsEmpty ? null : completed.Run;
    }

    /// <summary>Who holds, or waits first for, what the owner waits for now; null if it does not wait for a resource.</summary>
    public ResourceConflict? FindBlocker(LockOwner owner)
    {
        lock (_waitGate)
        {
            for (var wait = owner.Party.FirstWait; wait is not null; wait = wait.NextOfParty)
            {
                if (wait is LockWaiter waiter && ReferenceEquals(waiter.Owner, owner))
                    return DescribeBlockerLocked(waiter);
            }

            return null;
        }
    }

    internal Action RefuseLocked(LockWaiter waiter, ResourceDeadlockException refusal)
    {
        var completed = default(Completions);
        EndLocked(waiter, refusal, ref completed);
        return completed.Run;
    }

    private ValueTask<ResourceGuard> TakeOrWaitAsync(LockOwner owner, ReadOnlySpan<ResourceRequest> requests, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        LockWaiter waiter;
        bool isGranted;
        lock (_waitGate)
        {
            waiter = EnqueueLocked(owner, requests);
            isGranted = TryGrantLocked(waiter);
            if (isGranted)
                ObserveAtOnceLocked(waiter);
            else
                BeginWaitLocked(waiter);
        }

        if (isGranted)
            return new ValueTask<ResourceGuard>(TakeOver(waiter));

        return owner.WaitsByItself && timeout is null && !cancellationToken.CanBeCanceled && waiter.LeaseMilliseconds == 0 && !IsTraced(owner)
            ? waiter.AsReusable()
            : WaitAsync(waiter, owner, requests[0].Key, timeout, cancellationToken);
    }

    private void BeginWaitLocked(LockWaiter waiter)
    {
        if (FindLent(waiter) is { } lent)
        {
            LeaveQueuesLocked(waiter);
            waiter.Return();
            throw lent;
        }

        waiter.Owner.Party.AddWaitLocked(waiter);
        AddOpenLocked(waiter);
        if (!MayCloseCycleLocked(waiter) || StuckSearch.Find(waiter) is not { } cycle)
        {
            waiter.HasWaited = true;
            ObserveWaitLocked(waiter);
            return;
        }

        var refusal = RefusalLocked(waiter.Owner, cycle);
        RemoveOpenLocked(waiter);
        LeaveQueuesLocked(waiter);
        waiter.Return();
        throw refusal;
    }

    private bool TryTakeWithoutWaiting(LockOwner owner, in ResourceRequest request, out ResourceGuard guard, out ResourceConflict conflict)
    {
        LockWaiter waiter;
        bool isGranted;
        lock (_waitGate)
        {
            waiter = EnqueueLocked(owner, [request]);
            isGranted = TryGrantLocked(waiter);
            conflict = isGranted ? default : DescribeBlockerLocked(waiter);
            if (isGranted)
                ObserveAtOnceLocked(waiter);
            else
                LeaveQueuesLocked(waiter);
        }

        guard = TakeOver(waiter);
        return isGranted;
    }

    // What was granted at once, to a wait that nobody was told of; outside the gates.
    private ResourceGuard TakeOver(LockWaiter waiter)
    {
        var (guard, lease) = (waiter.Guard, waiter.LeaseMilliseconds);
        waiter.Return();
        StartLease(guard, lease);
        return guard;
    }

    private async ValueTask<ResourceGuard> WaitAsync(LockWaiter waiter, LockOwner owner, ResourceKey key, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var granted = waiter.Task.AsTask();
        var span = IsTraced(owner) ? _observer!.StartSpan(waiter.First) : null;
        Exception? failure = null;
        var timer = timeout is { } limit ? _time.CreateTimer(_ => TimeOut(waiter, limit), state: null, limit, Timeout.InfiniteTimeSpan) : null;
        var byCaller = cancellationToken.UnsafeRegister((_, token) => End(waiter, new OperationCanceledException(token)), state: null);
        var byOwner = owner.CancellationToken.UnsafeRegister((_, token) => End(waiter, new OperationCanceledException(token)), state: null);
        try
        {
            await owner.WaitAsync(key, granted).ConfigureAwait(false);
            var guard = await granted.ConfigureAwait(false);
            StartLease(guard, waiter.LeaseMilliseconds);
            return guard.IsHeld ? guard : throw Closed(owner);
        }
        catch (Exception exception)
        {
            // The owner may have been told to end after the grant, or refuse to wait at all.
            End(waiter, new OperationCanceledException());
            waiter.Guard.Dispose();
            _ = granted.Exception;
            failure = exception;
            throw;
        }
        finally
        {
            if (timer is not null)
                await timer.DisposeAsync().ConfigureAwait(false);
            byCaller.Unregister();
            byOwner.Unregister();
            if (span is not null)
                _observer!.EndSpan(span, failure);
        }
    }

    private void TimeOut(LockWaiter waiter, TimeSpan limit)
    {
        _clock.Read();
        var completed = default(Completions);
        lock (_waitGate)
        {
            if (!waiter.IsOpen)
                return;

            var conflict = DescribeBlockerLocked(waiter);
            var message = string.Create(
                CultureInfo.InvariantCulture,
                $"{waiter.Nodes[0].Entry.Key} was not free within {limit}: '{conflict.Holder}' has {conflict.Key} or waits ahead, {(conflict.Mode == ResourceMode.Shared ? "shared" : "exclusive")}, since {conflict.Since:O}.");
            EndLocked(waiter, new TimeoutException(message), ref completed);
        }

        completed.Run();
    }

    private void End(LockWaiter waiter, Exception reason)
    {
        _clock.Read();
        var completed = default(Completions);
        lock (_waitGate)
        {
            if (!waiter.IsOpen)
                return;

            EndLocked(waiter, reason, ref completed);
        }

        completed.Run();
    }

    private void ReleaseToWaiters(ResourceGrant grant, long generation)
    {
        _clock.Read();
        var freed = default(Freed);
        var completed = default(Completions);
        lock (_waitGate)
        {
            ReleaseSetLocked(grant, generation, HoldEnd.Released, ref freed, ref completed);
            HandOverLocked(freed, ref completed);
        }

        completed.Run();
    }

    private void ReleaseSetLocked(ResourceGrant grant, long generation, HoldEnd end, ref Freed freed, ref Completions completed)
    {
        for (ResourceGrant? next = grant; next is not null;)
        {
            // Generations change with the stripe's gate held; this hold is ended by nobody else unless it was ended before.
            var following = next.NextOfSet;
            var followingGeneration = next.NextOfSetGeneration;
            if (!ReleaseLocked(next, end, ref freed, ref completed, generation))
                break;

            (next, generation) = (following, followingGeneration);
        }
    }

    // What it asks for is reserved from now on: nobody takes it past the queue without the wait gate.
    private LockWaiter EnqueueLocked(LockOwner owner, ReadOnlySpan<ResourceRequest> requests)
    {
        if (owner.IsClosed)
            throw Closed(owner);

        // Of a set and of a container nothing may be left in a queue when another member is refused; one resource alone is looked at where it is queued.
        var isSingle = requests.Length == 1 && !requests[0].Key.IsContainer;
        if (!isSingle && !owner.IsAnonymous && owner.Party.Stripes != 0)
            ThrowIfUpgrade(owner, requests);

        var waiter = LockWaiter.Rent(this, owner, requests.Length, ++_lastTicket, _clock.Now);
        waiter.LeaseMilliseconds = ResourceSet.LeaseMilliseconds(requests);
        waiter.First = requests[0];
        for (var i = 0; i < requests.Length; i++)
        {
            ref readonly var request = ref requests[i];
            var node = waiter.Nodes[i];
            node.Mode = request.Mode;
            node.Reenters = request.Key.IsScoped && owner.Party.Stripes != 0 && (HoldsContainerOf(owner, request.Key) || HoldsBelow(owner, request.Key));
            if (request.Key.IsContainer)
                AddClaimLocked(new ContainerClaim(request.Key, request.Mode, owner, Grant: null, node));

            var stripe = StripeOf(request.Key);
            stripe.Enter();
            var entry = stripe.Find(request.Key) ?? stripe.Add(request.Key);
            var inherited = entry.FindInherited(owner);
            if (isSingle && inherited is { Mode: ResourceMode.Shared } && request.Mode == ResourceMode.Exclusive)
            {
                stripe.Exit();
                waiter.Return();
                throw Upgrade(owner, request.Key);
            }

            node.Entry = entry;
            node.Reenters |= inherited is not null;
            entry.Enqueue(node);
            stripe.Exit();
        }

        return waiter;
    }

    private void ThrowIfUpgrade(LockOwner owner, ReadOnlySpan<ResourceRequest> requests)
    {
        foreach (ref readonly var request in requests)
        {
            if (request.Mode != ResourceMode.Exclusive)
                continue;

            var stripe = StripeOf(request.Key);
            stripe.Enter();
            var isUpgrade = stripe.Find(request.Key)?.FindInherited(owner) is { Mode: ResourceMode.Shared };
            stripe.Exit();
            if (isUpgrade)
                throw Upgrade(owner, request.Key);
        }
    }

    private static InvalidOperationException Upgrade(LockOwner owner, in ResourceKey key) =>
        new($"'{owner.Name}' holds {key} shared and asks for it exclusively; two who did so would wait for each other. Release it first, or take it exclusively from the start.");

    private bool HoldsContainerOf(LockOwner owner, in ResourceKey key)
    {
        foreach (var claim in _claims)
        {
            if (!claim.IsWaiting && owner.Inherits(claim.Owner) && claim.Key.Covers(key))
                return true;
        }

        return false;
    }

    private bool HoldsBelow(LockOwner owner, in ResourceKey key)
    {
        if (!key.IsContainer)
            return false;

        var holds = false;
        foreach (var stripe in _stripes)
        {
            stripe.Enter();
            foreach (var entry in stripe.Entries())
                holds |= key.Covers(entry.KeyReference) && entry.FindInherited(owner) is not null;
            stripe.Exit();
        }

        return holds;
    }

    private bool TryGrantLocked(LockWaiter waiter)
    {
        if (HasBlockerLocked(waiter))
            return false;

        GrantLocked(waiter);
        return true;
    }

    // Nothing stands in its way.
    private void GrantLocked(LockWaiter waiter)
    {
        var owner = waiter.Owner;
        var now = _clock.Now;
        var fencingToken = 0L;
        ResourceGrant? last = null;
        for (var i = waiter.Nodes.Length - 1; i >= 0; i--)
        {
            var node = waiter.Nodes[i];
            var entry = node.Entry;
            entry.Stripe.Enter();
            var inherited = node.Reenters ? entry.FindInherited(owner) : null;
            if (inherited is null && fencingToken == 0)
                fencingToken = Interlocked.Increment(ref _lastFencingToken);
            entry.Dequeue(node);
            TryMarkHolding(owner, entry.Stripe);
            var grant = Hold(entry.Stripe, entry, owner, node.Mode, inherited?.FencingToken ?? fencingToken, now);
            Chain(grant, last);
            entry.Stripe.Exit();
            if (entry.Key.IsContainer)
                ReplaceClaimLocked(node, new ContainerClaim(entry.Key, node.Mode, owner, grant, Node: null));
            last = grant;
        }

        waiter.GrantLocked(new ResourceGuard(last!, waiter.Nodes[0].Entry.Key));
    }

    // Ends a wait that was not granted.
    private void EndLocked(LockWaiter waiter, Exception reason, ref Completions completed)
    {
        var freed = default(Freed);
        LeaveLocked(waiter, reason, ref freed, ref completed);
        HandOverLocked(freed, ref completed);
    }

    private void LeaveLocked(LockWaiter waiter, Exception reason, ref Freed freed, ref Completions completed)
    {
        // An entry that nobody uses any more has no queue, even if it is already used anew: queues begin with the wait gate held.
        foreach (var node in waiter.Nodes)
            freed.Add(node.Entry, IsWide(node.Entry.Key));

        waiter.EndLocked(reason);
        _observer?.OutcomeLocked(waiter);
        RemoveOpenLocked(waiter);
        LeaveQueuesLocked(waiter);
        completed.Add(waiter);
    }

    // Who waits for it may stand in other queues than its own.
    private bool IsWide(in ResourceKey key) => key.IsScoped && (key.IsContainer || _claims.Length > 0);

    private void LeaveQueuesLocked(LockWaiter waiter)
    {
        foreach (var node in waiter.Nodes)
        {
            node.Entry.Stripe.Enter();
            var key = node.Entry.Key;
            node.Entry.Dequeue(node);
            node.Entry.Stripe.RemoveIfIdle(node.Entry);
            node.Entry.Stripe.Exit();
            if (key.IsContainer)
                ReplaceClaimLocked(node, replacement: null);
        }
    }

    private bool ReleaseLocked(ResourceGrant grant, HoldEnd end, ref Freed freed, ref Completions completed, long? generation = null)
    {
        var stripe = grant.Stripe;
        stripe.Enter();
        if (generation is { } expected && grant.Generation != expected)
        {
            stripe.Exit();
            return false;
        }

        var entry = grant.Entry;
        var key = entry.Key;
        var ended = _observesHolds || (_observer is not null && end > HoldEnd.OwnerEnded) ? new EndedHold(grant.Owner, key, grant.Mode, grant.FencingToken, grant.Since, end) : null;
        entry.RemoveHolder(grant);
        var lost = stripe.ReturnGrant(grant);
        var isAwaited = entry.FirstNode is not null;
        stripe.RemoveIfIdle(entry);
        stripe.Exit();
        var isLost = end != HoldEnd.Released;
        if (isLost && lost is not null)
            completed.Add(lost);
        if (ended is not null)
            ObserveEndLocked(ended, ref completed);
        if (key.IsContainer)
            RemoveClaimLocked(grant);

        var isWide = IsWide(key);
        if (isWide || isAwaited)
            freed.Add(entry, isWide);
        return true;
    }

    // A method of its own, since a method that may make a closure makes it on entry.
    private void ObserveEndLocked(EndedHold ended, ref Completions completed)
    {
        _observer!.HoldEndedLocked(ended);
        completed.Add(() => _observer.HoldEnded(ended));
    }

    // Once for all that one end frees. Who can be granted does not depend on the order of looking, for all that precede it count; except among waits of one agent, whose
    // activities may all take again what their body holds. So where such waits meet, all waits are looked at, the oldest first.
    private void HandOverLocked(in Freed freed, ref Completions completed)
    {
        if (freed.IsWide || !TryHandOverLocked(freed, ref completed))
            HandOverAllLocked(ref completed);
    }

    private bool TryHandOverLocked(in Freed freed, ref Completions completed)
    {
        for (var i = 0; freed[i] is { } entry; i++)
        {
            if (!TryHandOverLocked(entry, ref completed))
                return false;
        }

        return true;
    }

    // In order, until one is found that nobody may pass; false if one can be granted whose agent has other waits.
    private bool TryHandOverLocked(ResourceEntry entry, ref Completions completed)
    {
        for (var node = entry.FirstNode; node is not null;)
        {
            var next = node.Next;
            if (!HasBlockerLocked(node.Waiter))
            {
                if (node.Waiter.Party.FirstWait?.NextOfParty is not null)
                    return false;

                GrantLocked(node.Waiter);
                GrantedLocked(node.Waiter, ref completed);
            }
            else if (node is { Mode: ResourceMode.Exclusive, Reenters: false })
            {
                break;
            }

            node = next;
        }

        return true;
    }

    private void HandOverAllLocked(ref Completions completed)
    {
        for (var waiter = _firstOpen; waiter is not null;)
        {
            var next = waiter.NextOpen;
            if (TryGrantLocked(waiter))
            {
                GrantedLocked(waiter, ref completed);

                // It may open the way for other activities of its agent, in whatever queue: a wait ahead keeps them out, the hold that comes of it does not.
                if (waiter.Party.FirstWait is not null)
                    next = _firstOpen;
            }

            waiter = next;
        }
    }

    private void GrantedLocked(LockWaiter waiter, ref Completions completed)
    {
        RemoveOpenLocked(waiter);
        completed.Add(waiter);
        _observer?.OutcomeLocked(waiter);
    }

    private void AddOpenLocked(LockWaiter waiter)
    {
        waiter.PreviousOpen = _lastOpen;
        waiter.NextOpen = null;
        if (_lastOpen is null)
            _firstOpen = waiter;
        else
            _lastOpen.NextOpen = waiter;
        _lastOpen = waiter;
    }

    private void RemoveOpenLocked(LockWaiter waiter)
    {
        waiter.Owner.Party.RemoveWaitLocked(waiter);
        if (waiter.PreviousOpen is null)
            _firstOpen = waiter.NextOpen;
        else
            waiter.PreviousOpen.NextOpen = waiter.NextOpen;
        if (waiter.NextOpen is null)
            _lastOpen = waiter.PreviousOpen;
        else
            waiter.NextOpen.PreviousOpen = waiter.PreviousOpen;
        waiter.PreviousOpen = waiter.NextOpen = null;
    }

    private void AddClaimLocked(ContainerClaim claim) => _claims = [.. _claims, claim];

    private void ReplaceClaimLocked(WaitNode node, ContainerClaim? replacement) =>
        _claims = [.. _claims.Where(claim => !ReferenceEquals(claim.Node, node)), .. replacement is null ? Array.Empty<ContainerClaim>() : [replacement]];

    private void MoveClaimLocked(ResourceGrant grant, LockOwner owner) =>
        _claims = [.. _claims.Select(claim => ReferenceEquals(claim.Grant, grant) ? claim with { Owner = owner } : claim)];

    private void RemoveClaimLocked(ResourceGrant grant) => _claims = [.. _claims.Where(claim => !ReferenceEquals(claim.Grant, grant))];

    private List<ResourceGrant> GrantsOfLocked(LockOwner owner)
    {
        var found = new List<ResourceGrant>();
        for (var rest = owner.Party.Stripes; rest != 0; rest &= rest - 1)
        {
            var stripe = _stripes[BitOperations.TrailingZeroCount(rest)];
            stripe.Enter();
            foreach (var entry in stripe.Entries())
            {
                for (var grant = entry.FirstHolder; grant is not null; grant = grant.Next)
                {
                    if (ReferenceEquals(grant.Owner, owner))
                        found.Add(grant);
                }
            }

            stripe.Exit();
        }

        return found;
    }

    // What has come free and is to be handed over. The first entry has a field of its own: most ends free just one.
    private struct Freed
    {
        private ResourceEntry? _first;
        private List<ResourceEntry>? _rest;

        /// <summary>Whether those who wait for it may stand in other queues than its own.</summary>
        public bool IsWide { get; private set; }

        public readonly ResourceEntry? this[int index] => index == 0 ? _first : _rest is not null && index <= _rest.Count ? _rest[index - 1] : null;

        public void Add(ResourceEntry entry, bool isWide)
        {
            IsWide |= isWide;
            if (_first is null)
                _first = entry;
            else
                (_rest ??= []).Add(entry);
        }
    }

    // What was decided with the gate held, and is to be done without it. The first wait has a field of its own: most decisions end just one.
    private struct Completions
    {
        private LockWaiter? _first;
        private List<object>? _rest;

        public readonly bool IsEmpty => _first is null && _rest is null;

        public void Add(LockWaiter waiter)
        {
            if (_first is null)
                _first = waiter;
            else
                (_rest ??= []).Add(waiter);
        }

        public void Add(object other) => (_rest ??= []).Add(other);

        public readonly void Run()
        {
            _first?.Complete();
            if (_rest is null)
                return;

            foreach (var other in _rest)
            {
                switch (other)
                {
                    case LockWaiter waiter:
                        waiter.Complete();
                        break;
                    case CancellationTokenSource lost:
                        _ = SignalLostAsync(lost);
                        break;
                    case Action action:
                        action();
                        break;
                    default:
                        throw new UnreachableException();
                }
            }
        }

        // What is registered on the token is foreign: it runs elsewhere, and what it throws ends here.
        private static async Task SignalLostAsync(CancellationTokenSource lost) =>
            await lost.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
