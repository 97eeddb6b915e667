using AgentOrchestration.Benchmarks.Llm;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does a call of a model cost as an agent makes it, beside the bare client?</summary>
[MemoryDiagnoser]
public class ModelCallBenchmarks
{
    private ModelCallers _callers = null!;

    [GlobalSetup]
    public void SetUp() => _callers = new ModelCallers();

    [GlobalCleanup]
    public Task CleanUpAsync() => _callers.DisposeAsync().AsTask();

    [Benchmark(Baseline = true, OperationsPerInvoke = ModelCallers.Calls)]
    public Task BareClient() => _callers.RunBareAsync();

    [Benchmark(OperationsPerInvoke = ModelCallers.Calls)]
    public Task AsAnAgent() => _callers.RunAsAgentAsync();
}
