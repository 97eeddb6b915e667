using AgentOrchestration.Benchmarks.Agents;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does an agent cost, from spawning to its result, beside the same bare work without an orchestrator?</summary>
[MemoryDiagnoser]
public class AgentThroughputBenchmarks
{
    private OrchestratedAgents _agents = null!;
    private SemaphoreTasks _tasks = null!;

    /// <summary>How many, at most eight at the same time.</summary>
    [Params(1_000, 100_000)]
    public int Agents { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _agents = new OrchestratedAgents(Agents);
        _tasks = new SemaphoreTasks(Agents);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _agents.DisposeAsync();
        _tasks.Dispose();
    }

    [Benchmark(Baseline = true)]
    public Task SemaphoreAndTasks() => _tasks.RunAsync();

    [Benchmark]
    public Task AgentOrchestration() => _agents.RunAsync();
}
