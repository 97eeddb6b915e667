namespace AgentOrchestration.Locking;

/// <summary>The locks as one owner sees them.</summary>
internal sealed class OwnedLocks(ResourceLockTable table, LockOwner owner) : IResourceLocks
{
    public ResourceLockTable Table => table;

    public LockOwner Owner => owner;

    public ValueTask<ResourceGuard> AcquireAsync(ResourceRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        table.AcquireAsync(owner, request, timeout, cancellationToken);

    public ValueTask<ResourceGuard> AcquireAllAsync(IReadOnlyList<ResourceRequest> requests, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        table.AcquireAllAsync(owner, requests, timeout, cancellationToken);

    public bool TryAcquire(ResourceRequest request, out ResourceGuard guard, out ResourceConflict conflict) =>
        table.TryAcquire(owner, request, out guard, out conflict);

    public IResourceLocks CreateOwner(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new OwnedLocks(table, HostOwner.Create(name));
    }

    public ResourceSnapshot Snapshot() => table.Snapshot();
}
