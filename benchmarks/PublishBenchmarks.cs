using AgentOrchestration.Benchmarks.Events;
using BenchmarkDotNet.Attributes;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does publishing cost when nobody reads?</summary>
[MemoryDiagnoser]
public class PublishBenchmarks
{
    private readonly LonePublisher _publisher = new();

    [Benchmark(Baseline = true)]
    public void EventAndLock() => _publisher.MakeEventAndEnterGate();

    [Benchmark]
    public bool Publish() => _publisher.Publish();
}
