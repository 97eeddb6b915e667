namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>
/// This library, as a host uses it: an owner made by <see cref="IResourceLocks.CreateOwner"/> for each flow. Every wait is two events, unless the host does not want them;
/// what is free raises none.
/// </summary>
internal sealed class AgentLocks : LockContestant, IAsyncDisposable
{
    public const string ColumnName = "AgentOrchestration";

    public const string QuietColumnName = ColumnName + ", waits without events";

    private const int MaxWorkers = 64;

    private readonly AgentOrchestrator _orchestrator;
    private readonly IResourceLocks _other;
    private readonly IResourceLocks[] _workers;

    public AgentLocks(LockEventLevel events = LockEventLevel.Contended)
    {
        _orchestrator = AgentOrchestrator.Create(options => options.LockEvents = events);
        Name = events == LockEventLevel.Contended ? ColumnName : QuietColumnName;
        Locks = _orchestrator.Locks.CreateOwner("one");
        _other = _orchestrator.Locks.CreateOwner("other");
        _workers = [.. Enumerable.Range(0, MaxWorkers).Select(worker => _orchestrator.Locks.CreateOwner($"worker {worker}"))];
    }

    public override string Name { get; }

    public IResourceLocks Locks { get; }

    public override async Task TakeAndReleaseAsync(ResourceKey[] keys)
    {
        var locks = Locks;
        foreach (var key in keys)
        {
            var guard = await locks.AcquireAsync(new ResourceRequest(key));
            guard.Dispose();
        }
    }

    public override async Task TakeWithTokenAsync(ResourceKey[] keys, CancellationToken cancellationToken)
    {
        var locks = Locks;
        foreach (var key in keys)
        {
            var guard = await locks.AcquireAsync(new ResourceRequest(key), cancellationToken: cancellationToken);
            guard.Dispose();
        }
    }

    public override async Task TakeWithTimeoutAsync(ResourceKey[] keys, TimeSpan timeout)
    {
        var locks = Locks;
        foreach (var key in keys)
        {
            var guard = await locks.AcquireAsync(new ResourceRequest(key), timeout);
            guard.Dispose();
        }
    }

    public override Task HoldAsync(ResourceKey key) => _other.AcquireAsync(new ResourceRequest(key)).AsTask();

    public override int TryHeld(ResourceKey[] keys)
    {
        var locks = Locks;
        var taken = 0;
        foreach (var key in keys)
        {
            taken += locks.TryAcquire(new ResourceRequest(key), out _, out _) ? 1 : 0;
        }

        return taken;
    }

    public override async Task TakeAndYieldAsync(int worker, ResourceKey[] keys)
    {
        var locks = _workers[worker];
        foreach (var key in keys)
        {
            var guard = await locks.AcquireAsync(new ResourceRequest(key));
            await Task.Yield();
            guard.Dispose();
        }
    }

    public override async Task TakeSetsAsync(ResourceKey[][] sets)
    {
        var locks = Locks;
        var requests = new ResourceRequest[sets[0].Length];
        foreach (var set in sets)
        {
            for (var i = 0; i < requests.Length; i++)
            {
                requests[i] = new ResourceRequest(set[i]);
            }

            var guard = await locks.AcquireAllAsync(requests);
            guard.Dispose();
        }
    }

    public ValueTask DisposeAsync() => _orchestrator.DisposeAsync();
}
