namespace AgentOrchestration.Benchmarks.Agents;

/// <summary>Agents that yield once and do nothing else, spawned one by one as a host would, in an orchestrator that lives as long as this.</summary>
internal sealed class OrchestratedAgents : IAsyncDisposable
{
    public const int Capacity = 8;

    private static readonly AgentOutput Output = new("done");

    private readonly AgentOrchestrator _orchestrator;
    private readonly AgentGoal[] _goals;
    private readonly AgentHandle[] _handles;

    public OrchestratedAgents(int count, Action<AgentOrchestrationOptions>? configure = null)
    {
        _goals = NoOpGoals.Make(count);
        _handles = new AgentHandle[count];
        _orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = Capacity;
            options.AddAgent(AgentOrchestrationOptions.DefaultAgentName, static async (_, _) =>
            {
                await Task.Yield();
                return Output;
            });
            configure?.Invoke(options);
        });
    }

    /// <summary>From the first spawn to the last result.</summary>
    public async Task RunAsync()
    {
        for (var i = 0; i < _goals.Length; i++)
        {
            _handles[i] = await _orchestrator.SpawnAsync(_goals[i]);
        }

        foreach (var handle in _handles)
        {
            var result = await handle.Completion;
            if (result.State != AgentState.Completed)
            {
                throw new InvalidOperationException($"{result}");
            }
        }
    }

    /// <summary>As <see cref="RunAsync"/>, with one spawning and one waiting call for all.</summary>
    public async Task RunAllAtOnceAsync()
    {
        await _orchestrator.SpawnParallelAsync(_goals);
        await _orchestrator.WaitAllAsync();
        _orchestrator.Cleanup();
    }

    public ValueTask DisposeAsync() => _orchestrator.DisposeAsync();
}
