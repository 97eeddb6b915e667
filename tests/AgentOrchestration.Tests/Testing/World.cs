using AgentOrchestration.Testing;

namespace AgentOrchestration.Tests.Testing;

/// <summary>An orchestrator on simulated time whose events are recorded. At its end it checks the laws of events, whatever the test was about.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly int _highestCapacity;

    public World(int capacity = 4, Action<AgentOrchestrationOptions>? configure = null, int? highestCapacity = null)
    {
        _highestCapacity = highestCapacity ?? capacity;
        Orchestrator = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = Time;
            options.MaxConcurrentAgents = capacity;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        Events = EventRecorder.Start(Orchestrator);
    }

    public static TimeSpan Hang { get; } = TimeSpan.FromSeconds(60);

    public SimulatedTime Time { get; } = new();

    public AgentOrchestrator Orchestrator { get; }

    public EventRecorder Events { get; }

    public async Task<AgentHandle> SpawnAsync(AgentGoal goal, IAgent agent) => await Orchestrator.SpawnAsync(goal, agent);

    public Task<AgentHandle> SpawnAsync(IAgent agent) => SpawnAsync("work", agent);

    /// <summary>Runs simulated time on until the agent has ended, and its events are recorded.</summary>
    public async Task<AgentResult> EndAsync(AgentHandle handle)
    {
        var result = await Time.RunUntilAsync(handle.Completion).WaitAsync(Hang);
        await Events.WaitForEndAsync(handle.Id).WaitAsync(Hang);
        return result;
    }

    public async Task<AgentResult[]> EndAllAsync(params IEnumerable<AgentHandle> handles)
    {
        var results = new List<AgentResult>();
        foreach (var handle in handles)
        {
            results.Add(await EndAsync(handle));
        }

        return [.. results];
    }

    public Task SettleAsync() => Time.SettleAsync().WaitAsync(Hang);

    public Task AdvanceAsync(double seconds) => Time.RunForAsync(TimeSpan.FromSeconds(seconds)).WaitAsync(Hang);

    /// <summary>Completes when the agent has begun to wait, all its activities included: for a resource last, or, if that is null, for anything.</summary>
    public Task WaitsForAsync(AgentId agent, string? resource) =>
        WaitsAsync(agent, wait => resource is null || (wait.Kind == AgentWaitKind.Resource && wait.Target == resource));

    /// <summary>Completes when what the agent waited for has come, and it needs a slot to go on.</summary>
    public Task WaitsForSlotAsync(AgentId agent) => WaitsAsync(agent, static wait => wait.Kind == AgentWaitKind.Slot);

    public async Task WaitsAsync(AgentId agent, Func<AgentWait, bool> isIt)
    {
        await foreach (var e in Orchestrator.Subscribe(new EventFilter { Agents = [agent], After = 0 }))
        {
            if (e is AgentWaiting { Wait: var wait } && isIt(wait))
            {
                return;
            }
        }

        Assert.Fail($"Agent {agent} ended without that wait.");
    }

    public AgentStatus Status(AgentHandle handle) => Orchestrator.GetStatus(handle.Id)!;

    public AgentState State(AgentHandle handle) => Status(handle).State;

    /// <summary>The agents in the order in which their first attempts started.</summary>
    public IReadOnlyList<string> StartOrder() => NamesOf(Events.Events.OfType<AgentStarted>().Where(static e => e.Attempt == 1));

    public IReadOnlyList<string> NamesOf(IEnumerable<AgentEvent> events)
    {
        var names = Events.Events.OfType<AgentSpawned>().ToDictionary(static e => e.AgentId!.Value, static e => e.Name);
        return [.. events.Select(e => names[e.AgentId!.Value])];
    }

    public async ValueTask DisposeAsync()
    {
        await Time.RunUntilAsync(Orchestrator.DisposeAsync().AsTask()).WaitAsync(Hang);
        await Events.Completion.WaitAsync(Hang);
        Events.AssertAllEnded();
        Events.AssertRunningAtMost(_highestCapacity);
        var counts = Orchestrator.Scheduler.Count();
        Assert.Equal(0, counts.SlotsHeld);
        Assert.Equal(0, counts.Ready);
        Assert.Equal(0, Orchestrator.Scheduler.Locks.Count);
        await Events.DisposeAsync();
    }
}
