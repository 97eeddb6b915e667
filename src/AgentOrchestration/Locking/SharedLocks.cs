using AgentOrchestration.Locking;

namespace AgentOrchestration;

/// <summary>Locks on resources that all orchestrators on one store share, in whatever processes they are. Thread-safe.</summary>
/// <remarks>
/// <para>A resource is taken here first, as <see cref="IResourceLocks"/> does it, and then in the store. So agents of one process wait for each other as ever; for another process the store is asked again
/// and again, at growing intervals of up to half a second, without a slot. Who is first among processes is not in order of asking.</para>
/// <para>No graph sees the waits of several processes. So every wait has an end: a circle over processes ends with a <see cref="TimeoutException"/> that names the holder.</para>
/// <para>What a process holds ends with its lease: by itself when it dies, within <c>DurabilityOptions.LeaseDuration</c>. Files are named by the paths of this machine. Only these locks are shared:
/// <see cref="IResourceLocks"/>, guarded files and claims stay within the process; take the shared one around them.</para>
/// </remarks>
public sealed class SharedLocks
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    private readonly ISharedHolds _holds;
    private readonly ResourceLockTable _table;
    private readonly TimeProvider _time;
    private readonly Func<LockOwner> _owner;

    internal SharedLocks(ISharedHolds holds, ResourceLockTable table, TimeProvider time, Func<LockOwner> owner) => (_holds, _table, _time, _owner) = (holds, table, time, owner);

    /// <summary>Takes a resource, waiting while others hold it in a conflicting mode.</summary>
    /// <param name="request">The resource and the mode; without a lease.</param>
    /// <param name="timeout">Longest wait, above zero, up to 1 day.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <returns>The guard; disposing it lets go. At the latest it ends with the agent's attempt.</returns>
    /// <exception cref="ArgumentException">The request has a lease of its own, or the timeout is out of its range.</exception>
    /// <exception cref="TimeoutException">It was not free in time; the message names the holder.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="ResourceDeadlockException">Within this process the wait would never end.</exception>
    /// <exception cref="AgentOrchestrationException">The store cannot be used: a <c>StoreException</c>.</exception>
    /// <exception cref="InvalidOperationException">The attempt it acts for has ended.</exception>
    public async ValueTask<SharedGuard> AcquireAsync(ResourceRequest request, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, LongestTimeout);
        if (request.Lease is not null)
        {
            throw new ArgumentException("A shared lock has no lease of its own: it ends with its guard, its agent or its process.", nameof(request));
        }

        var owner = _owner();
        var start = _time.GetTimestamp();
        var guard = await _table.AcquireAsync(owner, request, timeout, cancellationToken).ConfigureAwait(false);
        Task<SharedHold>? waiting = null;
        try
        {
            var hold = await _holds.TryTakeAsync(request, cancellationToken).ConfigureAwait(false);
            if (!hold.IsOwn)
            {
                waiting = WaitAsync(owner, request, start, timeout, cancellationToken);
                await owner.WaitAsync(request.Key, waiting).ConfigureAwait(false);
                hold = await waiting.ConfigureAwait(false);
            }

            return new SharedGuard(_holds, hold, guard);
        }
        catch
        {
            guard.Dispose();
            if (waiting is { IsCompletedSuccessfully: true })
            {
                await _holds.EndAsync(await waiting.ConfigureAwait(false)).ConfigureAwait(false);
            }

            throw;
        }
    }

    private async Task<SharedHold> WaitAsync(LockOwner owner, ResourceRequest request, long start, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(owner.CancellationToken, cancellationToken);
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            var left = timeout - _time.GetElapsedTime(start);
            await Task.Delay(left <= TimeSpan.Zero ? TimeSpan.Zero : left < delay ? left : delay, _time, stop.Token).ConfigureAwait(false);
            var hold = await _holds.TryTakeAsync(request, stop.Token).ConfigureAwait(false);
            if (hold.IsOwn)
            {
                return hold;
            }

            if (_time.GetElapsedTime(start) >= timeout)
            {
                throw new TimeoutException($"{request.Key} was not free within {timeout}: {hold.Holder}, another orchestrator on the store, has held it since {hold.Since:O}.");
            }
        }
    }
}
