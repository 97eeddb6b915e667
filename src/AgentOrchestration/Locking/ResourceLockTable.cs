using System.Diagnostics;
using System.Globalization;

namespace AgentOrchestration.Locking;

/// <summary>Who holds and who waits for what. Thread-safe.</summary>
/// <remarks>
/// One gate owns all of it. Everything is decided with the gate held and made known outside it: waits complete, timers and registrations end, and owners are called
/// without it. An entry exists only while somebody holds or waits.
/// </remarks>
internal sealed class ResourceLockTable(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceKey, ResourceEntry> _entries = [];
    private long _lastFencingToken;

    /// <summary>Resources that somebody holds or waits for.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Guards that the owner holds. Reads one number, without the gate.</summary>
    public static int HeldCount(LockOwner owner) => owner.HeldCount;

    /// <inheritdoc cref="IResourceLocks.AcquireAsync"/>
    public ValueTask<ResourceGuard> AcquireAsync(LockOwner owner, ResourceRequest request, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        if (timeout is { } limit)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(timeout));
        ThrowIfUnnamed(request);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<ResourceGuard>(cancellationToken);

        LockWaiter waiter;
        lock (_gate)
        {
            if (TryAcquireLocked(owner, request, out var entry, out var inherited, out var guard))
                return new ValueTask<ResourceGuard>(guard);

            waiter = new LockWaiter(entry!, owner, request.Mode, inherited is not null, time.GetUtcNow());
            entry!.Enqueue(waiter);
            if (WaitCycle.Find(waiter) is { } cycle)
            {
                entry.Dequeue(waiter);
                throw new ResourceDeadlockException(cycle);
            }

            // An agent's second wait at a time is refused by its owner.
            if (!owner.IsAnonymous)
                owner.OpenWait ??= waiter;
        }

        return WaitAsync(waiter, timeout, cancellationToken);
    }

    /// <inheritdoc cref="IResourceLocks.TryAcquire"/>
    public bool TryAcquire(LockOwner owner, ResourceRequest request, out ResourceGuard guard, out ResourceConflict conflict)
    {
        ThrowIfUnnamed(request);
        conflict = default;
        lock (_gate)
        {
            if (TryAcquireLocked(owner, request, out var entry, out _, out guard))
                return true;

            conflict = DescribeConflictLocked(entry!, owner, request.Mode);
            return false;
        }
    }

    /// <summary>Ends the owner: its guards become inert, its wait is given up, and it can acquire nothing any more.</summary>
    /// <remarks>The scheduler calls it for every activity of an attempt when the attempt has ended or is given up as detached.</remarks>
    public void ReleaseAll(LockOwner owner)
    {
        Debug.Assert(!owner.IsAnonymous, "An owner that stands for many is never closed.");
        List<LockWaiter>? completed = null;
        List<CancellationTokenSource>? lost = null;
        lock (_gate)
        {
            owner.IsClosed = true;
            if (owner.OpenWait is { IsOpen: true } wait)
            {
                wait.RefuseLocked(Closed(owner));
                WithdrawLocked(wait, ref completed);
                (completed ??= []).Add(wait);
            }

            // A count for each owner and no list: those who leave guards behind are few, and pay for the search.
            if (owner.HeldCount > 0)
            {
                foreach (var grant in GrantsOfLocked(owner))
                {
                    if (ReleaseLocked(grant, ref completed) is { } source)
                        (lost ??= []).Add(source);
                }
            }
        }

        Complete(completed);
        foreach (var source in lost ?? [])
            _ = SignalLostAsync(source);
    }

    /// <summary>Who holds, or waits first for, what the owner waits for now; null if it does not wait for a resource.</summary>
    public ResourceConflict? FindBlocker(LockOwner waiter)
    {
        lock (_gate)
        {
            return waiter.OpenWait is { IsOpen: true } wait
                ? DescribeConflictLocked(wait.Entry, wait.Owner, wait.Mode)
                : null;
        }
    }

    internal bool IsHeld(ResourceGrant grant, long generation)
    {
        lock (_gate)
            return grant.Generation == generation;
    }

    internal CancellationToken GetLost(ResourceGrant grant, long generation)
    {
        lock (_gate)
            return grant.Generation == generation ? grant.GetLostLocked().Token : new CancellationToken(canceled: true);
    }

    internal void Release(ResourceGrant grant, long generation)
    {
        List<LockWaiter>? completed = null;
        lock (_gate)
        {
            if (grant.Generation != generation)
                return;

            ReleaseLocked(grant, ref completed);
        }

        Complete(completed);
    }

    private static void ThrowIfUnnamed(ResourceRequest request)
    {
        if (request.Key.Name is null)
            throw new ArgumentException("The request names no resource.", nameof(request));
    }

    private static InvalidOperationException Closed(LockOwner owner) =>
        new($"The attempt of '{owner.Name}' has ended: it can hold no resources any more.");

    private static void Complete(List<LockWaiter>? waiters)
    {
        foreach (var waiter in waiters ?? [])
            waiter.Complete();
    }

    // What is registered on the token is foreign: it runs elsewhere, and what it throws ends here.
    private static async Task SignalLostAsync(CancellationTokenSource lost) =>
        await lost.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private bool TryAcquireLocked(LockOwner owner, ResourceRequest request, out ResourceEntry? entry, out ResourceGrant? inherited, out ResourceGuard guard)
    {
        if (owner.IsClosed)
            throw Closed(owner);

        inherited = null;
        if (!_entries.TryGetValue(request.Key, out entry))
        {
            entry = new ResourceEntry(request.Key);
            _entries.Add(request.Key, entry);
        }
        else
        {
            inherited = entry.FindInherited(owner);
            if (inherited is { Mode: ResourceMode.Shared } && request.Mode == ResourceMode.Exclusive)
            {
                throw new InvalidOperationException(
                    $"'{owner.Name}' holds {request.Key} shared and asks for it exclusively; two who did so would wait for each other. Release it first, or take it exclusively from the start.");
            }

            // No barging past the queue, except by one who is inside already.
            var mustQueue = entry.FirstWaiter is not null && inherited is null;
            if (mustQueue || ResourceEntry.FindConflict(entry.FirstHolder, owner, request.Mode) is not null)
            {
                guard = default;
                return false;
            }
        }

        guard = GrantLocked(entry, owner, request.Mode, inherited);
        return true;
    }

    private ResourceGuard GrantLocked(ResourceEntry entry, LockOwner owner, ResourceMode mode, ResourceGrant? inherited)
    {
        // Taken again within itself a hold keeps its number: a larger one would fence off the outer holder.
        var grant = new ResourceGrant(this)
        {
            Owner = owner,
            Mode = mode,
            FencingToken = inherited?.FencingToken ?? ++_lastFencingToken,
            Since = time.GetUtcNow(),
        };
        entry.AddHolder(grant);
        if (!owner.IsAnonymous)
            owner.HeldCount++;
        return new ResourceGuard(grant, new ResourceRequest(entry.Key, mode));
    }

    private CancellationTokenSource? ReleaseLocked(ResourceGrant grant, ref List<LockWaiter>? completed)
    {
        var entry = grant.Entry!;
        entry.RemoveHolder(grant);
        if (!grant.Owner.IsAnonymous)
            grant.Owner.HeldCount--;
        var lost = grant.EndLocked();
        HandOverLocked(entry, ref completed);
        return lost;
    }

    private void WithdrawLocked(LockWaiter waiter, ref List<LockWaiter>? completed)
    {
        EndWaitLocked(waiter);
        HandOverLocked(waiter.Entry, ref completed);
    }

    private static void EndWaitLocked(LockWaiter waiter)
    {
        waiter.Entry.Dequeue(waiter);
        if (ReferenceEquals(waiter.Owner.OpenWait, waiter))
            waiter.Owner.OpenWait = null;
    }

    // In order, as far as they can go together. One who re-enters may pass a blocked one that does too, for it may be what that one waits for; a stranger passes nobody.
    private void HandOverLocked(ResourceEntry entry, ref List<LockWaiter>? completed)
    {
        var blocked = false;
        for (var waiter = entry.FirstWaiter; waiter is not null && (!blocked || waiter.Reenters);)
        {
            var next = waiter.Next;
            if (ResourceEntry.FindConflict(entry.FirstHolder, waiter.Owner, waiter.Mode) is null)
            {
                EndWaitLocked(waiter);
                waiter.GrantLocked(GrantLocked(entry, waiter.Owner, waiter.Mode, entry.FindInherited(waiter.Owner)));
                (completed ??= []).Add(waiter);
            }
            else
            {
                blocked = true;
            }

            waiter = next;
        }

        if (entry.IsIdle)
            _entries.Remove(entry.Key);
    }

    private List<ResourceGrant> GrantsOfLocked(LockOwner owner)
    {
        var found = new List<ResourceGrant>(owner.HeldCount);
        foreach (var entry in _entries.Values)
        {
            for (var grant = entry.FirstHolder; grant is not null; grant = grant.Next)
            {
                if (ReferenceEquals(grant.Owner, owner))
                    found.Add(grant);
            }
        }

        return found;
    }

    private static ResourceConflict DescribeConflictLocked(ResourceEntry entry, LockOwner owner, ResourceMode mode)
    {
        if (ResourceEntry.FindConflict(entry.FirstHolder, owner, mode) is { } grant)
            return new ResourceConflict(entry.Key, grant.Owner.Name, grant.Owner.AgentId, grant.Mode, grant.Since);

        // Free for this mode, but others came first.
        var first = entry.FirstWaiter!;
        return new ResourceConflict(entry.Key, first.Owner.Name, first.Owner.AgentId, first.Mode, first.Since);
    }

    private async ValueTask<ResourceGuard> WaitAsync(LockWaiter waiter, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var owner = waiter.Owner;
        var timer = timeout is { } limit ? time.CreateTimer(_ => TimeOut(waiter, limit), state: null, limit, Timeout.InfiniteTimeSpan) : null;
        var byCaller = cancellationToken.UnsafeRegister((_, token) => Cancel(waiter, token), state: null);
        var byOwner = owner.CancellationToken.UnsafeRegister((_, token) => Cancel(waiter, token), state: null);
        try
        {
            await owner.WaitAsync(waiter.Entry.Key, waiter.Task).ConfigureAwait(false);
            var guard = await waiter.Task.ConfigureAwait(false);
            return guard.IsHeld ? guard : throw Closed(owner);
        }
        catch
        {
            // The owner may have been told to end after the grant, or refuse to wait at all.
            Abandon(waiter);
            throw;
        }
        finally
        {
            if (timer is not null)
                await timer.DisposeAsync().ConfigureAwait(false);
            byCaller.Unregister();
            byOwner.Unregister();
        }
    }

    private void Cancel(LockWaiter waiter, CancellationToken token) => End(waiter, waiter => waiter.CancelLocked(token));

    private void TimeOut(LockWaiter waiter, TimeSpan limit) => End(waiter, waiter =>
    {
        var conflict = DescribeConflictLocked(waiter.Entry, waiter.Owner, waiter.Mode);
        waiter.RefuseLocked(new TimeoutException(string.Create(
            CultureInfo.InvariantCulture,
            $"{conflict.Key} was not free within {limit}: '{conflict.Holder}' has it or waits ahead, {(conflict.Mode == ResourceMode.Shared ? "shared" : "exclusive")}, since {conflict.Since:O}.")));
    });

    private void End(LockWaiter waiter, Action<LockWaiter> decide)
    {
        List<LockWaiter>? completed = null;
        lock (_gate)
        {
            if (!waiter.IsOpen)
                return;

            decide(waiter);
            WithdrawLocked(waiter, ref completed);
        }

        waiter.Complete();
        Complete(completed);
    }

    private void Abandon(LockWaiter waiter)
    {
        End(waiter, static waiter => waiter.CancelLocked(CancellationToken.None));
        waiter.Guard.Dispose();
    }
}
