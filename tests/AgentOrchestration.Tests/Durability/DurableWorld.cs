namespace AgentOrchestration.Tests.Durability;

/// <summary>Orchestrators one after the other on one store, each in a process of its own that can die.</summary>
internal sealed class DurableWorld(IOrchestrationStore? store = null) : IAsyncDisposable
{
    private readonly List<AgentOrchestrator> _orchestrators = [];

    public IOrchestrationStore Store { get; } = store ?? new InMemoryOrchestrationStore();

    public StoreOfOneProcess Process { get; private set; } = null!;

    public AgentOrchestrator Start(Action<AgentOrchestrationOptions> configure)
    {
        Process = new StoreOfOneProcess(Store);
        var process = Process;
        var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            configure(options);
            options.UseStore(_ => process);
        });
        _orchestrators.Add(orchestrator);
        return orchestrator;
    }

    /// <summary>The process dies, and the next one goes on with what it left.</summary>
    public async Task<(AgentOrchestrator Orchestrator, RestoreReport Report)> RestartAsync(Action<AgentOrchestrationOptions> configure)
    {
        await DieAsync();
        var orchestrator = Start(configure);
        return (orchestrator, await orchestrator.RestoreAsync());
    }

    public async Task DieAsync()
    {
        await Process.DieAsync();
        _orchestrators.Clear();
    }

    public async Task<List<StoredRecord>> ReadAsync()
    {
        var ids = new List<string>();
        await foreach (var stream in Store.ListAsync())
        {
            ids.Add(stream.Id);
        }

        var records = new List<StoredRecord>();
        await foreach (var record in Store.ReadAsync(ids))
        {
            records.Add(record);
        }

        return records;
    }

    // Those whose process has died never end: nothing answers them.
    public async ValueTask DisposeAsync()
    {
        foreach (var orchestrator in _orchestrators)
        {
            await orchestrator.DisposeAsync();
        }
    }
}
