using AgentOrchestration.Benchmarks.Locks;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does a directory lock cost, itself and those who take files meanwhile, by how much is held?</summary>
[MemoryDiagnoser]
public class LockDirectoryBenchmarks
{
    private const int Operations = 1_000;
    private const string Claimed = "claimed";

    private readonly ResourceKey[] _beside = LockKeys.Shuffled(Operations, Operations);
    private readonly ResourceKey[] _below = LockKeys.Files(Operations, Claimed);
    private readonly ResourceKey[] _directory = [LockKeys.Directory("elsewhere")];
    private AgentLocks _plain = null!;
    private AgentLocks _claimed = null!;

    [Params(1_000, 10_000)]
    public int Held { get; set; }

    [GlobalSetup]
    public async Task SetUpAsync()
    {
        _plain = new AgentLocks();
        _claimed = new AgentLocks();
        foreach (var key in LockKeys.Files(Held, "held"))
        {
            await _plain.HoldAsync(key);
            await _claimed.HoldAsync(key);
        }

        await _claimed.Locks.AcquireAsync(new ResourceRequest(LockKeys.Directory(Claimed)));
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _plain.DisposeAsync();
        await _claimed.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Operations)]
    public Task NoDirectory() => _plain.TakeAndReleaseAsync(_beside);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task FileBesideDirectory() => _claimed.TakeAndReleaseAsync(_beside);

    [Benchmark(OperationsPerInvoke = Operations)]
    public Task FileBelowOwnDirectory() => _claimed.TakeAndReleaseAsync(_below);

    [Benchmark]
    public Task Directory() => _plain.TakeAndReleaseAsync(_directory);
}
