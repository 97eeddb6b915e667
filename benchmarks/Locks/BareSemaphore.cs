namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>One <see cref="SemaphoreSlim"/> for everything: what the runtime itself asks for an asynchronous lock.</summary>
internal sealed class BareSemaphore : LockContestant
{
    private readonly SemaphoreSlim _semaphore = new(1, 1);

    public override string Name => "`SemaphoreSlim`";

    public override async Task TakeAndReleaseAsync(ResourceKey[] keys)
    {
        foreach (var _ in keys)
        {
            await _semaphore.WaitAsync();
            _semaphore.Release();
        }
    }

    public override async Task TakeWithTokenAsync(ResourceKey[] keys, CancellationToken cancellationToken)
    {
        foreach (var _ in keys)
        {
            await _semaphore.WaitAsync(cancellationToken);
            _semaphore.Release();
        }
    }

    public override async Task TakeWithTimeoutAsync(ResourceKey[] keys, TimeSpan timeout)
    {
        foreach (var _ in keys)
        {
            await _semaphore.WaitAsync(timeout);
            _semaphore.Release();
        }
    }

    public override Task HoldAsync(ResourceKey key) => _semaphore.WaitAsync();

    public override int TryHeld(ResourceKey[] keys)
    {
        var taken = 0;
        foreach (var _ in keys)
        {
            taken += _semaphore.Wait(0) ? 1 : 0;
        }

        return taken;
    }

    public override async Task TakeAndYieldAsync(int worker, ResourceKey[] keys)
    {
        foreach (var _ in keys)
        {
            await _semaphore.WaitAsync();
            await Task.Yield();
            _semaphore.Release();
        }
    }

    public override Task TakeSetsAsync(ResourceKey[][] sets) => throw new NotSupportedException("It has one resource.");
}
