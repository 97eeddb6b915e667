using AgentOrchestration.Benchmarks.Locks;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does a lock cost that others want too, by how many do?</summary>
[MemoryDiagnoser]
public class LockContentionBenchmarks
{
    private const int Operations = 38_400;

    private LockField _field = null!;
    private AgentLocks _withoutEvents = null!;
    private ResourceKey[][] _orders = null!;

    [Params(2, 8, 64)]
    public int Tasks { get; set; }

    /// <summary>One is hot; of several the first is wanted most, by Zipf's law.</summary>
    [Params(1, 8)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _field = new LockField(Keys);
        _withoutEvents = new AgentLocks(LockEventLevel.Exceptional);
        _orders = [.. Enumerable.Range(0, Tasks).Select(task => LockKeys.Zipf(Keys, Operations / Tasks, seed: task))];
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _field.DisposeAsync();
        await _withoutEvents.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public Task DictionaryOfSemaphores() => RunAsync(_field.Dictionary);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task Nito() => RunAsync(_field.Nito);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task DotNextExclusive() => RunAsync(_field.DotNextExclusive);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task VisualStudio() => RunAsync(_field.VisualStudio);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task AgentOrchestration() => RunAsync(_field.Ours);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task AgentOrchestrationWithoutEvents() => RunAsync(_withoutEvents);

    private Task RunAsync(LockContestant contestant) => contestant.CompeteAsync(_orders);
}
