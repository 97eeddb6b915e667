using AgentOrchestration.Benchmarks.Locks;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What do four locks cost together, as one set or sorted and one after another?</summary>
[MemoryDiagnoser]
public class LockSetBenchmarks
{
    private const int Files = 1_000;
    private const int Sets = 1_000;

    private readonly LockField _field = new(Files);
    private readonly ResourceKey[][] _sets = LockKeys.SetsOfFour(Files, Sets);

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _field.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Sets)]
    public Task DictionaryOfSemaphores() => _field.Dictionary.TakeSetsAsync(_sets);

    [Benchmark(OperationsPerInvoke = Sets)]
    public Task DotNextExclusive() => _field.DotNextExclusive.TakeSetsAsync(_sets);

    [Benchmark(OperationsPerInvoke = Sets)]
    public Task AgentOrchestration() => _field.Ours.TakeSetsAsync(_sets);
}
