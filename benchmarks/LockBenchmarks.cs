using AgentOrchestration.Benchmarks.Locks;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does a free lock cost, by how many keys are in use?</summary>
[MemoryDiagnoser]
public class LockBenchmarks
{
    private const int Operations = 100_000;

    private LockField _field = null!;
    private ResourceKey[] _keys = null!;

    [Params(1, 1_000, 100_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _field = new LockField(Keys);
        _keys = LockKeys.Shuffled(Keys, Operations);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _field.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public Task OneSemaphore() => _field.Bare.TakeAndReleaseAsync(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task DictionaryOfSemaphores() => _field.Dictionary.TakeAndReleaseAsync(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task Nito() => _field.Nito.TakeAndReleaseAsync(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task DotNextExclusive() => _field.DotNextExclusive.TakeAndReleaseAsync(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task DotNextReaderWriter() => _field.DotNextReaderWriter.TakeAndReleaseAsync(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task NeoSmart() => _field.NeoSmart.TakeAndReleaseAsync(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task VisualStudio() => _field.VisualStudio.TakeAndReleaseAsync(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task SetInReaderWriterLock() => _field.SetInLock.TakeAndReleaseAsync(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task AgentOrchestration() => _field.Ours.TakeAndReleaseAsync(_keys);
}
