using AgentOrchestration.Benchmarks.Agents;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does a plan add to goals that could as well be spawned flat?</summary>
[MemoryDiagnoser]
public class PlanBenchmarks
{
    private PlannedAgents _agents = null!;

    /// <summary>A chain of 1,000, or 100 layers of 100 with fan-in and fan-out 10.</summary>
    [Params("chain", "layers")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup() => _agents = Shape == "chain" ? PlannedAgents.Chain(1_000) : PlannedAgents.Layered(100, 100, 10);

    [GlobalCleanup]
    public Task CleanupAsync() => _agents.DisposeAsync().AsTask();

    [Benchmark(Baseline = true)]
    public Task Flat() => _agents.RunFlatAsync();

    [Benchmark]
    public Task Plan() => _agents.RunAsync();
}
