namespace AgentOrchestration.Locking;

/// <summary>The holds of one process that no other is beside: a replay.</summary>
internal sealed class LoneHolds(TimeProvider time) : ISharedHolds
{
    private long _last;

    public ValueTask<SharedHold> TryTakeAsync(ResourceRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new SharedHold(request, IsOwn: true, Interlocked.Increment(ref _last), "replay", time.GetUtcNow(), this));

    public Task EndAsync(SharedHold hold) => Task.CompletedTask;
}
