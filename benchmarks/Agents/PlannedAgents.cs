namespace AgentOrchestration.Benchmarks.Agents;

/// <summary>Agents that do nothing, once as a plan says and once flat, in an orchestrator that lives as long as this.</summary>
internal sealed class PlannedAgents : IAsyncDisposable
{
    private static readonly AgentOutput Output = new("");

    private readonly AgentOrchestrator _orchestrator = AgentOrchestrator.Create(options =>
    {
        options.MaxConcurrentAgents = OrchestratedAgents.Capacity;
        options.AddAgent(AgentOrchestrationOptions.DefaultAgentName, static async (_, _) =>
        {
            await Task.Yield();
            return Output;
        });
    });

    private readonly CoordinationPattern _pattern;
    private readonly AgentGoal[] _planned;
    private readonly AgentGoal[] _flat;
    private readonly OrchestrationRunOptions _options;

    private PlannedAgents(CoordinationPattern pattern, AgentGoal[] planned)
    {
        _pattern = pattern;
        _planned = planned;
        _flat = Array.ConvertAll(planned, static goal => goal with { DependsOn = [] });
        _options = new OrchestrationRunOptions { MaxGoals = planned.Length };
    }

    public int Count => _planned.Length;

    public static PlannedAgents Chain(int length) =>
        new(new CoordinationPattern.Sequential(), [.. Enumerable.Range(0, length).Select(static i => new AgentGoal($"goal {i}") { Name = $"g{i}" })]);

    /// <summary>Each goal depends on as many of the layer before it, and as many of the next one depend on it.</summary>
    public static PlannedAgents Layered(int layers, int width, int fan) => new(
        new CoordinationPattern.Graph(),
        [
            .. Enumerable.Range(0, layers * width).Select(i => new AgentGoal($"goal {i}")
            {
                Name = $"g{i}",
                DependsOn = i < width ? [] : [.. Enumerable.Range(0, fan).Select(k => $"g{(((i / width) - 1) * width) + (((i % width) + k) % width)}")],
            }),
        ]);

    public async Task RunAsync()
    {
        var result = await _orchestrator.RunAsync(_pattern, _planned, _options);
        if (!result.Succeeded)
        {
            throw new InvalidOperationException($"{result}");
        }
    }

    public async Task RunFlatAsync()
    {
        var handles = await _orchestrator.SpawnParallelAsync(_flat);
        var results = await Task.WhenAll(handles.Select(static handle => handle.Completion));
        if (Array.Exists(results, static result => !result.Succeeded))
        {
            throw new InvalidOperationException("Not every agent succeeded.");
        }
    }

    /// <summary>As a chain without a plan: the host spawns each when the one before has ended.</summary>
    public async Task RunOneByOneAsync()
    {
        foreach (var goal in _flat)
        {
            var handle = await _orchestrator.SpawnAsync(goal);
            if (!(await handle.Completion).Succeeded)
            {
                throw new InvalidOperationException("Not every agent succeeded.");
            }
        }
    }

    public ValueTask DisposeAsync() => _orchestrator.DisposeAsync();
}
