namespace AgentOrchestration.Tests.Durability;

/// <summary>A store as one process sees it, which can die: from then on nothing reaches the store, and no call comes back.</summary>
internal sealed class StoreOfOneProcess(IOrchestrationStore inner) : IOrchestrationStore
{
    private readonly TaskCompletionSource _never = new();
    private readonly List<StoreLease> _leases = [];
    private bool _isDead;

    public int Appends { get; private set; }

    /// <summary>The process dies: its leases end at once, as they would in time.</summary>
    public async Task DieAsync()
    {
        _isDead = true;
        foreach (var lease in _leases)
        {
            await inner.EndLeaseAsync(lease);
        }
    }

    public async ValueTask<StoreLease> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        var lease = await inner.AcquireLeaseAsync(holder, duration, cancellationToken);
        _leases.Add(lease);
        return lease;
    }

    public async ValueTask<bool> RenewLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        return await inner.RenewLeaseAsync(lease, cancellationToken);
    }

    public async ValueTask EndLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        await inner.EndLeaseAsync(lease, cancellationToken);
    }

    public async ValueTask AppendAsync(StoreLease lease, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        Appends++;
        await inner.AppendAsync(lease, records, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<StoredStream>> AdoptAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        await AliveAsync();
        return await inner.AdoptAsync(lease, cancellationToken);
    }

    public IAsyncEnumerable<StoredRecord> ReadAsync(IReadOnlyList<string> streams, CancellationToken cancellationToken = default) => inner.ReadAsync(streams, cancellationToken);

    public IAsyncEnumerable<StoredStream> ListAsync(string? stream = null, CancellationToken cancellationToken = default) => inner.ListAsync(stream, cancellationToken);

    public ValueTask<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken = default) => inner.FindAsync(idempotencyKey, cancellationToken);

    public ValueTask<bool> DeleteAsync(string stream, CancellationToken cancellationToken = default) => inner.DeleteAsync(stream, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Task AliveAsync() => _isDead ? _never.Task : Task.CompletedTask;
}
