namespace AgentOrchestration.Locking;

/// <summary>The locks as the host sees them: within an agent's flow they act for that agent, elsewhere each acquisition is an owner of its own.</summary>
internal sealed class HostLocks(ResourceLockTable table, Func<LockOwner?> current) : IResourceLocks
{
    public ValueTask<ResourceGuard> AcquireAsync(ResourceRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        table.AcquireAsync(current() ?? HostOwner.Anonymous, request, timeout, cancellationToken);

    public ValueTask<ResourceGuard> AcquireAllAsync(IReadOnlyList<ResourceRequest> requests, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        table.AcquireAllAsync(current() ?? HostOwner.Anonymous, requests, timeout, cancellationToken);

    public bool TryAcquire(ResourceRequest request, out ResourceGuard guard, out ResourceConflict conflict) =>
        table.TryAcquire(current() ?? HostOwner.Anonymous, request, out guard, out conflict);

    public IResourceLocks CreateOwner(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new OwnedLocks(table, HostOwner.Create(name));
    }

    public ResourceSnapshot Snapshot() => table.Snapshot();
}
