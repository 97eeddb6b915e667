namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>A set of what is taken, in one lock: the simplest that can try. It cannot wait.</summary>
internal sealed class ReaderWriterLockAndSet : LockContestant, IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly HashSet<ResourceKey> _taken = [];

    public override string Name => "`ReaderWriterLockSlim` + `HashSet`";

    public override bool CanWait => false;

    public override Task TakeAndReleaseAsync(ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            if (!Try(key))
            {
                throw new InvalidOperationException($"{key} is taken.");
            }

            _lock.EnterWriteLock();
            _taken.Remove(key);
            _lock.ExitWriteLock();
        }

        return Task.CompletedTask;
    }

    public override Task HoldAsync(ResourceKey key)
    {
        Try(key);
        return Task.CompletedTask;
    }

    public override int TryHeld(ResourceKey[] keys)
    {
        var taken = 0;
        foreach (var key in keys)
        {
            taken += Try(key) ? 1 : 0;
        }

        return taken;
    }

    public override Task TakeWithTokenAsync(ResourceKey[] keys, CancellationToken cancellationToken) => throw new NotSupportedException("It cannot wait.");

    public override Task TakeAndYieldAsync(int worker, ResourceKey[] keys) => throw new NotSupportedException("It cannot wait.");

    public override Task TakeSetsAsync(ResourceKey[][] sets) => throw new NotSupportedException("It cannot wait.");

    public void Dispose() => _lock.Dispose();

    private bool Try(ResourceKey key)
    {
        _lock.EnterWriteLock();
        var taken = _taken.Add(key);
        _lock.ExitWriteLock();
        return taken;
    }
}
