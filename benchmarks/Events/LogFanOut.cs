using AgentOrchestration.Events;

namespace AgentOrchestration.Benchmarks.Events;

/// <summary>One producer and many readers on the event log.</summary>
internal sealed class LogFanOut : IAsyncDisposable
{
    private const int Retained = 16_384;

    private readonly EventLog _log = new(Retained, TimeProvider.System);
    private readonly OneAgent _agent = new();
    private readonly ReadingTasks _readers;
    private readonly Bursts _bursts;
    private readonly Action _publish;

    public LogFanOut(int readers, Bursts bursts)
    {
        if (bursts.Events > Retained)
        {
            throw new ArgumentOutOfRangeException(nameof(bursts), bursts.Events, $"Above {Retained} a slow reader would miss some, and times would not be comparable.");
        }

        _bursts = bursts;
        _publish = () => _log.Append(_agent.Progress(), _agent);
        _readers = new ReadingTasks([.. Enumerable.Range(0, readers).Select(_ => _log.Subscribe(filter: null, static _ => null))], bursts.Events);
    }

    /// <summary>From the first event published to the last one delivered.</summary>
    public async Task RunAsync()
    {
        var delivered = _readers.BeginRun();
        await _bursts.ProduceAsync(_publish);
        await delivered;
    }

    public async ValueTask DisposeAsync()
    {
        _log.Complete();
        await _readers.EndAsync();
    }
}
