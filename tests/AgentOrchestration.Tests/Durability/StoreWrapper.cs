namespace AgentOrchestration.Tests.Durability;

/// <summary>A store that does what another one does, but for what is overridden.</summary>
internal abstract class StoreWrapper(IOrchestrationStore inner) : IOrchestrationStore
{
    protected IOrchestrationStore Inner => inner;

    public virtual ValueTask<StoreLease> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken = default) =>
        inner.AcquireLeaseAsync(holder, duration, cancellationToken);

    public virtual ValueTask<bool> RenewLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default) => inner.RenewLeaseAsync(lease, cancellationToken);

    public virtual ValueTask EndLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default) => inner.EndLeaseAsync(lease, cancellationToken);

    public virtual ValueTask AppendAsync(StoreLease lease, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken = default) =>
        inner.AppendAsync(lease, records, cancellationToken);

    public virtual ValueTask<IReadOnlyList<StoredStream>> AdoptAsync(StoreLease lease, CancellationToken cancellationToken = default) => inner.AdoptAsync(lease, cancellationToken);

    public virtual IAsyncEnumerable<StoredRecord> ReadAsync(IReadOnlyList<string> streams, CancellationToken cancellationToken = default) =>
        inner.ReadAsync(streams, cancellationToken);

    public virtual IAsyncEnumerable<StoredStream> ListAsync(string? stream = null, CancellationToken cancellationToken = default) => inner.ListAsync(stream, cancellationToken);

    public virtual ValueTask<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken = default) => inner.FindAsync(idempotencyKey, cancellationToken);

    public virtual ValueTask<bool> DeleteAsync(string stream, CancellationToken cancellationToken = default) => inner.DeleteAsync(stream, cancellationToken);

    public bool SharesLocks => inner.SharesLocks;

    public virtual ValueTask<StoreHold> TryHoldAsync(StoreLease lease, ResourceRequest request, CancellationToken cancellationToken = default) =>
        inner.TryHoldAsync(lease, request, cancellationToken);

    public virtual ValueTask EndHoldAsync(StoreHold hold, CancellationToken cancellationToken = default) => inner.EndHoldAsync(hold, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
