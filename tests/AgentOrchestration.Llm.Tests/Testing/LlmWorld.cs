using AgentOrchestration.Testing;

namespace AgentOrchestration.Llm.Tests.Testing;

/// <summary>An orchestrator on simulated time with a router, whose events are recorded and checked at its end.</summary>
internal sealed class LlmWorld : IAsyncDisposable
{
    public LlmWorld(ILlmRouter router, int capacity = 4, Action<AgentOrchestrationOptions>? configure = null)
    {
        Orchestrator = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = Time;
            options.MaxConcurrentAgents = capacity;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.LlmRouter = router;
            configure?.Invoke(options);
        });
        Events = EventRecorder.Start(Orchestrator);
    }

    public static TimeSpan Hang { get; } = TimeSpan.FromSeconds(60);

    public SimulatedTime Time { get; } = new();

    public AgentOrchestrator Orchestrator { get; }

    public EventRecorder Events { get; }

    public IEnumerable<T> Of<T>()
        where T : AgentEvent => Events.Events.OfType<T>();

    /// <summary>An agent without a plan of its own, unless the test wants one.</summary>
    public static LlmAgent Agent(Action<LlmAgentOptions>? configure = null)
    {
        var options = new LlmAgentOptions { MaxPlanSteps = 0 };
        configure?.Invoke(options);
        return new LlmAgent(options);
    }

    public async Task<AgentHandle> SpawnAsync(AgentGoal goal, Action<LlmAgentOptions>? configure = null) => await Orchestrator.SpawnAsync(goal, Agent(configure));

    public async Task<AgentResult> RunAsync(AgentGoal goal, Action<LlmAgentOptions>? configure = null) => await EndAsync(await SpawnAsync(goal, configure));

    public async Task<AgentResult> EndAsync(AgentHandle handle)
    {
        var result = await Time.RunUntilAsync(handle.Completion).WaitAsync(Hang);
        await Events.WaitForEndAsync(handle.Id).WaitAsync(Hang);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await Time.RunUntilAsync(Orchestrator.DisposeAsync().AsTask()).WaitAsync(Hang);
        await Events.Completion.WaitAsync(Hang);
        Events.AssertAllEnded();
        await Events.DisposeAsync();
    }
}
