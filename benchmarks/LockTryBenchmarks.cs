using AgentOrchestration.Benchmarks.Locks;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does it cost to be told that a lock is held?</summary>
[MemoryDiagnoser]
public class LockTryBenchmarks
{
    private const int Operations = 1_000;

    private readonly LockField _field = new(files: 1);
    private readonly ResourceKey[] _keys = LockKeys.Shuffled(files: 1, Operations);

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        var held = LockKeys.Files(1)[0];
        foreach (var contestant in (LockContestant[])[_field.Dictionary, _field.DotNextExclusive, _field.SetInLock, _field.Ours])
        {
            await contestant.HoldAsync(held);
        }
    }

    [GlobalCleanup]
    public async Task CleanUpAsync() => await _field.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public int DictionaryOfSemaphores() => _field.Dictionary.TryHeld(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public int DotNextExclusive() => _field.DotNextExclusive.TryHeld(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public int SetInReaderWriterLock() => _field.SetInLock.TryHeld(_keys);

    [Benchmark(OperationsPerInvoke = Operations)]
    public int AgentOrchestration() => _field.Ours.TryHeld(_keys);
}
