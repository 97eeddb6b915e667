using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace AgentOrchestration.Locking;

/// <summary>Who holds and who waits for what. Thread-safe. This part is what happens where nobody waits.</summary>
/// <remarks>
/// <para>Resources are spread over stripes, each with a gate. Taking and releasing what nobody waits for needs the one stripe's gate and nothing else. Everything about
/// waits (queues, their order, handing over, the wait-for graph) is done with the wait gate held, and changes to a resource that somebody waits for with both. So
/// whoever holds the wait gate sees all waits, and whom they wait for, standing still.</para>
/// <para>Order of gates: the scheduler's, the wait gate, the lease clock's or stripes by index, the event log's. Decisions are made with gates held and become known outside them: waits
/// complete, timers and registrations end, tokens are signalled, and owners are called without any.</para>
/// <para>A container (a directory, a surface) is a resource like any other, and a claim that everybody sees. It is published before the stripes are searched for holds
/// below it, and whoever takes something below reads the claims with the stripe's gate held: so either the search finds the hold, or the taker finds the claim.</para>
/// </remarks>
internal sealed partial class ResourceLockTable
{
    internal const int StripeBits = 6;
    private const int StripeCount = 1 << StripeBits;

    private readonly LockStripe[] _stripes = new LockStripe[StripeCount];
    private readonly TimeProvider _time;
    private readonly CoarseClock _clock;
    private long _lastFencingToken;
    private volatile ContainerClaim[] _claims = [];

    /// <param name="time">The clock for timeouts and leases.</param>
    /// <param name="observer">Is told what happens, if anybody.</param>
    /// <param name="clock">The same clock as it is read under gates; null makes one.</param>
    public ResourceLockTable(TimeProvider time, ILockObserver? observer = null, CoarseClock? clock = null)
    {
        _time = time;
        _observer = observer;
        _observesHolds = observer is { ObservesHolds: true };
        _clock = clock ?? new CoarseClock(time);
        _leases = new LeaseClock(time, ExpireLeases);
        for (var i = 0; i < StripeCount; i++)
            _stripes[i] = new LockStripe(this, i);
    }

    /// <summary>Resources that somebody holds or waits for. Exact only while nobody else uses the table.</summary>
    public int Count => _stripes.Sum(stripe => stripe.Count);

    /// <summary>Guards that the owner's agent holds, with all its activities and those of re-entrance; a set counts each resource. Looks at the stripes it has used only.</summary>
    public static int HeldCount(LockOwner owner) => owner.HeldCount;

    /// <summary>Whether the caller has the wait gate; for assertions that something foreign runs outside it.</summary>
    internal bool IsGateHeld => _waitGate.IsHeldByCurrentThread;

    internal int CountHeld(WaitParty party)
    {
        var count = 0;
        for (var rest = party.Stripes; rest != 0; rest &= rest - 1)
        {
            var stripe = _stripes[BitOperations.TrailingZeroCount(rest)];
            stripe.Enter();
            var before = count;
            foreach (var entry in stripe.Entries())
            {
                for (var grant = entry.FirstHolder; grant is not null; grant = grant.Next)
                    count += ReferenceEquals(grant.Owner.Party, party) ? 1 : 0;
            }

            if (count == before)
                party.MarkNotHolding(stripe.Index);
            stripe.Exit();
        }

        return count;
    }

    /// <inheritdoc cref="IResourceLocks.AcquireAsync"/>
    public ValueTask<ResourceGuard> AcquireAsync(LockOwner owner, in ResourceRequest request, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (request.Key.IsDefault || timeout is not null)
            ThrowIfInvalid(request, timeout);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ResourceGuard>(cancellationToken);

        _clock.Read();
        if (request.LeaseMilliseconds != 0 || _observesHolds)
            return TakeOrWaitAsync(owner, [request], timeout, cancellationToken);

        var key = request.Key;
        var stripe = StripeOf(key);
        if (TryTakeIdle(owner, stripe, key, request.Mode, out var fencingToken) is not { } grant)
            return TakeEnteredOrWaitAsync(stripe, owner, request, timeout, cancellationToken);

        var generation = grant.Generation;
        stripe.Exit();
        return new ValueTask<ResourceGuard>(new ResourceGuard(grant, key, generation, fencingToken));
    }

    /// <inheritdoc cref="IResourceLocks.AcquireAllAsync"/>
    public ValueTask<ResourceGuard> AcquireAllAsync(LockOwner owner, IReadOnlyList<ResourceRequest> requests, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var count = requests.Count;
        if (count == 0)
            return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<ResourceGuard>(cancellationToken) : default;

        // A copy in any case: the caller's list may change meanwhile. A usual one fits on the stack.
        var few = default(FewRequests);
        var set = count <= FewRequests.Length ? few[..count] : new ResourceRequest[count];
        set = set[..ResourceSet.Normalise(requests, set)];
        foreach (ref readonly var request in set)
            ThrowIfInvalid(request, timeout);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ResourceGuard>(cancellationToken);

        _clock.Read();
        return ResourceSet.LeaseMilliseconds(set) == 0 && TryTakeSet(owner, set, out var guard)
            ? new ValueTask<ResourceGuard>(guard)
            : TakeOrWaitAsync(owner, set, timeout, cancellationToken);
    }

    /// <inheritdoc cref="IResourceLocks.TryAcquire"/>
    public bool TryAcquire(LockOwner owner, in ResourceRequest request, out ResourceGuard guard, out ResourceConflict conflict)
    {
        if (request.Key.IsDefault)
            ThrowIfInvalid(request, timeout: null);

        guard = default;
        return !TryPeekStranger(owner, request, out conflict) && TryTakeOrDescribe(owner, request, out guard, out conflict);
    }

    internal static bool IsHeld(ResourceGrant grant, long generation) => grant.Generation == generation;

    internal static CancellationToken GetLost(ResourceGrant grant, long generation)
    {
        grant.Stripe.Enter();
        var token = grant.Generation == generation || FindLoan(grant, generation) is not null ? grant.GetLost().Token : new CancellationToken(canceled: true);
        grant.Stripe.Exit();
        return token;
    }

    internal void Release(ResourceGrant grant, long generation)
    {
        ResourceGrant? next = grant;
        while (next is not null)
        {
            // A look without the gate, which what follows does not rely on: where many wait, entering the gate only to leave it again is a good part of handing over.
            if (next.Entry.FirstNode is not null && next.Generation == generation)
            {
                ReleaseToWaiters(next, generation);
                return;
            }

            var stripe = next.Stripe;
            stripe.Enter();
            if (next.Generation != generation)
            {
                var isLent = FindLoan(next, generation) is not null;
                stripe.Exit();
                if (isLent)
                    ReleaseOnReturn(next, generation);
                return;
            }

            var entry = next.Entry;
            ref readonly var key = ref entry.KeyReference;
            if (entry.FirstNode is not null || _observesHolds || (key.IsScoped && (key.IsContainer || (_claims.Length > 0 && IsAwaitedByContainer(key)))))
            {
                stripe.Exit();
                ReleaseToWaiters(next, generation);
                return;
            }

            var following = next.NextOfSet;
            generation = next.NextOfSetGeneration;
            entry.RemoveHolder(next);
            stripe.ReturnGrant(next);
            stripe.RemoveIfIdle(entry);
            stripe.Exit();
            next = following;
        }
    }

    private static void ThrowIfInvalid(in ResourceRequest request, TimeSpan? timeout)
    {
        if (request.Key.IsDefault)
            throw new ArgumentException("The request names no resource.", nameof(request));
        if (timeout is { } limit)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(timeout));
    }

    private static InvalidOperationException Closed(LockOwner owner) =>
        new($"The attempt of '{owner.Name}' has ended: it can hold no resources any more.");

    private LockStripe StripeOf(in ResourceKey key) => _stripes[key.GetHashCode() & (StripeCount - 1)];

    // The usual case by itself, and all of it in line: nothing in the resource's place, no container to think of, an owner that has held something in this stripe before.
    // Null leaves the stripe's gate held. A guard made of parts in registers is not read back from memory before its parts have arrived there.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ResourceGrant? TryTakeIdle(LockOwner owner, LockStripe stripe, in ResourceKey key, ResourceMode mode, out long fencingToken)
    {
        var now = _clock.Now;
        stripe.Enter();
        var entry = stripe.FindIdle(key);
        if (entry is null || (key.IsScoped && (key.IsContainer || _claims.Length > 0)) || !owner.Party.MayHoldIn(stripe.Index) || owner.IsClosed)
        {
            fencingToken = 0;
            return null;
        }

        stripe.Use(entry, key);
        var grant = entry.Primary;
        fencingToken = Interlocked.Increment(ref _lastFencingToken);
        grant.Begin(owner, mode, fencingToken, now);
        entry.AddPrimary(mode);
        return grant;
    }

    /// <summary>Takes what is free, or open to the owner, and not waited for; false leaves all else to those who hold the wait gate. Gives the stripe's gate back.</summary>
    private bool TryTakeEntered(LockStripe stripe, LockOwner owner, in ResourceKey key, ResourceMode mode, out ResourceGuard guard)
    {
        guard = default;
        var entry = stripe.Find(key);
        if (key.IsContainer || !IsOpen(entry, key, owner, mode, out var inherited))
        {
            stripe.Exit();
            return false;
        }

        var isClosed = !TryMarkHolding(owner, stripe);
        if (!isClosed)
        {
            var fencingToken = inherited?.FencingToken ?? Interlocked.Increment(ref _lastFencingToken);
            guard = new ResourceGuard(Hold(stripe, entry ?? stripe.Add(key), owner, mode, fencingToken, _clock.Now), key);
        }

        stripe.Exit();
        return isClosed ? throw Closed(owner) : true;
    }

    private bool TryTakeOrDescribe(LockOwner owner, in ResourceRequest request, out ResourceGuard guard, out ResourceConflict conflict)
    {
        _clock.Read();
        guard = default;
        conflict = default;
        if (request.LeaseMilliseconds == 0 && !_observesHolds)
        {
            var stripe = StripeOf(request.Key);
            stripe.Enter();
            if (TryTakeEntered(stripe, owner, request.Key, request.Mode, out guard))
                return true;
        }

        // A holder in the way settles it. One who holds this or a container of it may pass a queue, and containers need a look at more than one stripe.
        return (request.Key.IsContainer || !TryDescribeHolder(owner, request, out conflict)) && TryTakeWithoutWaiting(owner, request, out guard, out conflict);
    }

    // Who cannot have it because somebody else holds it alone is told so without any gate: entering and leaving one costs as much as all the rest. Only holders of other
    // parties settle it here: what forks of one agent hold needs a look at all holds. False leaves it to those who hold the gate, as it does all mistakes.
    private bool TryPeekStranger(LockOwner owner, in ResourceRequest request, out ResourceConflict conflict)
    {
        var grant = StripeOf(request.Key).PeekPrimary(request.Key);
        if (grant?.PeekExclusive(out var since, out var key) is { } holder && !ReferenceEquals(holder.Party, owner.Party) && request.Key.Is(key) && !owner.IsClosed)
        {
            conflict = new ResourceConflict(request.Key, holder.Identity, ResourceMode.Exclusive, since);
            return true;
        }

        conflict = default;
        return false;
    }

    private ValueTask<ResourceGuard> TakeEnteredOrWaitAsync(
        LockStripe stripe, LockOwner owner, in ResourceRequest request, TimeSpan? timeout, CancellationToken cancellationToken) =>
        TryTakeEntered(stripe, owner, request.Key, request.Mode, out var guard)
            ? new ValueTask<ResourceGuard>(guard)
            : TakeOrWaitAsync(owner, [request], timeout, cancellationToken);

    // All gates of the set at once, by index, so that nobody sees a part of it taken.
    private bool TryTakeSet(LockOwner owner, ReadOnlySpan<ResourceRequest> set, out ResourceGuard guard)
    {
        guard = default;
        if (_observesHolds)
            return false;

        var stripes = 0UL;
        foreach (ref readonly var request in set)
        {
            if (request.Key.IsContainer)
                return false;

            stripes |= 1UL << StripeOf(request.Key).Index;
        }

        for (var rest = stripes; rest != 0; rest &= rest - 1)
            _stripes[BitOperations.TrailingZeroCount(rest)].Enter();

        var isOpen = true;
        foreach (ref readonly var request in set)
            isOpen = isOpen && IsOpen(StripeOf(request.Key).Find(request.Key), request.Key, owner, request.Mode, out _);

        var isClosed = false;
        for (var rest = isOpen ? stripes : 0; rest != 0; rest &= rest - 1)
            isClosed |= !TryMarkHolding(owner, _stripes[BitOperations.TrailingZeroCount(rest)]);
        if (isOpen && !isClosed)
            guard = HoldSet(owner, set);

        for (var rest = stripes; rest != 0; rest &= rest - 1)
            _stripes[BitOperations.TrailingZeroCount(rest)].Exit();
        return isClosed ? throw Closed(owner) : isOpen;
    }

    private ResourceGuard HoldSet(LockOwner owner, ReadOnlySpan<ResourceRequest> set)
    {
        var fencingToken = Interlocked.Increment(ref _lastFencingToken);
        var now = _clock.Now;
        ResourceGrant? last = null;
        for (var i = set.Length - 1; i >= 0; i--)
        {
            var stripe = StripeOf(set[i].Key);
            var entry = stripe.Find(set[i].Key);
            var inherited = entry?.FindInherited(owner);
            var grant = Hold(stripe, entry ?? stripe.Add(set[i].Key), owner, set[i].Mode, inherited?.FencingToken ?? fencingToken, now);
            Chain(grant, last);
            last = grant;
        }

        return new ResourceGuard(last!, set[0].Key);
    }

    private static void Chain(ResourceGrant grant, ResourceGrant? next)
    {
        grant.NextOfSet = next;
        grant.NextOfSetGeneration = next?.Generation ?? 0;
    }

    // With the stripe's gate held.
    private bool IsOpen(ResourceEntry? entry, in ResourceKey key, LockOwner owner, ResourceMode mode, out ResourceGrant? inherited)
    {
        inherited = null;
        if (entry is not null)
        {
            if (entry.FirstNode is not null || entry.FindConflict(owner, mode) is not null)
                return false;

            inherited = entry.FindInherited(owner);
            if (inherited is { Mode: ResourceMode.Shared } && mode == ResourceMode.Exclusive)
                return false;
        }

        return !key.IsScoped || _claims.Length == 0 || !IsClaimedByOther(key, owner, mode);
    }

    private bool IsClaimedByOther(in ResourceKey key, LockOwner owner, ResourceMode mode)
    {
        foreach (var claim in _claims)
        {
            if ((claim.IsWaiting || !owner.Inherits(claim.Owner)) && claim.ConflictsWith(key, mode) && (claim.IsWaiting || !IsLentFrom(claim, key, owner)))
                return true;
        }

        return false;
    }

    private bool IsAwaitedByContainer(in ResourceKey key)
    {
        foreach (var claim in _claims)
        {
            if (claim.IsWaiting && claim.Key.Covers(key))
                return true;
        }

        return false;
    }

    // With the stripe's gate held. Marked before it is looked whether the owner is closed, and closed before the marks are read: so either this sees that it is closed, or
    // the closer sees the mark and looks for the hold, which takes the gate that is held here until the hold is there.
    private bool TryMarkHolding(LockOwner owner, LockStripe stripe)
    {
        if (owner.IsAnonymous)
            return true;

        // Made here, where it is the first hold in this stripe, so that those who are told of the holder need not make it.
        _ = owner.Identity;
        owner.Party.MarkHolding(this, stripe.Index);
        return !owner.IsClosed;
    }

    // With the stripe's gate held. Taken again within itself a hold keeps its number: a larger one would fence off the outer holder.
    private static ResourceGrant Hold(LockStripe stripe, ResourceEntry entry, LockOwner owner, ResourceMode mode, long fencingToken, long now)
    {
        var grant = stripe.RentGrant(entry);
        grant.Begin(owner, mode, fencingToken, now);
        entry.AddHolder(grant);
        return grant;
    }

    // False if none is in the way any more, or only a queue or a container is, or the request is a mistake.
    private bool TryDescribeHolder(LockOwner owner, in ResourceRequest request, out ResourceConflict conflict)
    {
        conflict = default;
        var stripe = StripeOf(request.Key);
        stripe.Enter();
        var entry = stripe.Find(request.Key);
        var isMistake = owner.IsClosed || (request.Mode == ResourceMode.Exclusive && entry?.FindInherited(owner) is { Mode: ResourceMode.Shared });
        var grant = isMistake ? null : entry?.FindConflict(owner, request.Mode);
        if (grant is not null)
            conflict = Describe(grant, request.Key);
        stripe.Exit();
        return grant is not null;
    }

    private static ResourceConflict Describe(ResourceGrant grant, in ResourceKey key) => new(key, grant.Owner.Identity, grant.Mode, grant.Since);

    [InlineArray(Length)]
    private struct FewRequests
    {
        public const int Length = 8;

        private ResourceRequest _first;
    }
}
