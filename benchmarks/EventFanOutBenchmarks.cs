using AgentOrchestration.Benchmarks.Events;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does an event cost, by how many read it?</summary>
[MemoryDiagnoser]
public class EventFanOutBenchmarks
{
    private const int Events = 8_192;

    private LogFanOut _log = null!;
    private ChannelFanOut _channels = null!;

    [Params(1, 8, 64)]
    public int Readers { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        var bursts = new Bursts(Events, BurstLength: 64);
        _log = new LogFanOut(Readers, bursts);
        _channels = new ChannelFanOut(Readers, bursts);
    }

    [GlobalCleanup]
    public async Task CleanUpAsync()
    {
        await _log.DisposeAsync();
        await _channels.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public Task ChannelForEachReader() => _channels.RunAsync();

    [Benchmark(OperationsPerInvoke = Events)]
    public Task EventLog() => _log.RunAsync();
}
