namespace AgentOrchestration.Tests.Durability;

/// <summary>A store as one process sees it, which can die: from then on nothing reaches the store, and no call comes back.</summary>
internal sealed class StoreOfOneProcess(IOrchestrationStore inner) : StoreWrapper(inner)
{
    private readonly TaskCompletionSource _never = new();
    private readonly List<StoreLease> _leases = [];
    private bool _isDead;

    /// <summary>The process dies: its leases end at once, as they would in time.</summary>
    public async Task DieAsync()
    {
        _isDead = true;
        foreach (var lease in _leases)
        {
            await Inner.EndLeaseAsync(lease);
        }
    }

    public override async ValueTask<StoreLease> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        var lease = await Inner.AcquireLeaseAsync(holder, duration, cancellationToken);
        _leases.Add(lease);
        return lease;
    }

    public override async ValueTask<bool> RenewLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        return await Inner.RenewLeaseAsync(lease, cancellationToken);
    }

    public override async ValueTask EndLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        await Inner.EndLeaseAsync(lease, cancellationToken);
    }

    public override async ValueTask AppendAsync(StoreLease lease, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        await Inner.AppendAsync(lease, records, cancellationToken);
    }

    public override async ValueTask<IReadOnlyList<StoredStream>> AdoptAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        return await Inner.AdoptAsync(lease, cancellationToken);
    }

    private Task AliveAsync() => _isDead ? _never.Task : Task.CompletedTask;
}
