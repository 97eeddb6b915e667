namespace AgentOrchestration.Locking;

/// <content>Holds that end by themselves.</content>
internal sealed partial class ResourceLockTable
{
    private readonly LeaseClock _leases;

    /// <summary>Leases that are remembered, some of them of holds that have ended.</summary>
    internal int LeaseCount => _leases.Count;

    /// <summary>Ends all holds with a lease and the timer, for good. Holds without a lease stay.</summary>
    public void StopLeases()
    {
        _leases.Stop();
        ExpireLeases();
    }

    internal bool TryRenew(ResourceGrant grant, long generation)
    {
        grant.Stripe.Enter();
        var isHeld = grant.Generation == generation;
        var lease = isHeld ? grant.Lease : null;
        grant.Stripe.Exit();
        return lease is null ? isHeld : _leases.TryRenew(lease);
    }

    // The holder goes on from here. Outside the gates.
    private void StartLease(in ResourceGuard guard, uint milliseconds)
    {
        if (milliseconds == 0 || guard.Grant is not { } grant)
            return;

        var lease = new ResourceLease(grant, guard.Generation, _leases.ToTicks(milliseconds));
        grant.Stripe.Enter();
        var isHeld = guard.IsHeld;
        if (isHeld)
            grant.Lease = lease;
        grant.Stripe.Exit();
        if (!isHeld)
            return;

        if (!_leases.Start(lease))
        {
            guard.Dispose();
            throw new ObjectDisposedException(nameof(AgentOrchestrator), "The orchestrator is disposed: no lease runs any more.");
        }

        _leases.SetTimer();
    }

    private void ExpireLeases()
    {
        _clock.Read();
        var now = _time.GetTimestamp();
        var freed = default(Freed);
        var completed = default(Completions);
        lock (_waitGate)
        {
            while (_leases.TakeExpired(now) is { } lease)
                ReleaseSetLocked(lease.Grant, lease.Generation, lease.Due <= now ? HoldEnd.LeaseRanOut : HoldEnd.TableStopped, ref freed, ref completed);
            HandOverLocked(freed, ref completed);
        }

        completed.Run();
        _leases.SetTimer();
    }
}
