using System.Threading.Channels;

namespace AgentOrchestration.Benchmarks.Events;

/// <summary>The plain way without the log: an unbounded channel for each reader, and a producer that writes to all of them.</summary>
internal sealed class ChannelFanOut : IAsyncDisposable
{
    private readonly OneAgent _agent = new();
    private readonly Channel<AgentEvent>[] _channels;
    private readonly ReadingTasks _readers;
    private readonly Bursts _bursts;
    private readonly Action _publish;

    public ChannelFanOut(int readers, Bursts bursts, bool singleReader = false)
    {
        var options = new UnboundedChannelOptions { SingleReader = singleReader, SingleWriter = singleReader };
        _bursts = bursts;
        _publish = Publish;
        _channels = [.. Enumerable.Range(0, readers).Select(_ => Channel.CreateUnbounded<AgentEvent>(options))];
        _readers = new ReadingTasks([.. _channels.Select(static channel => channel.Reader.ReadAllAsync())], bursts.Events);
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
        foreach (var channel in _channels)
        {
            channel.Writer.Complete();
        }

        await _readers.EndAsync();
    }

    private void Publish()
    {
        var e = _agent.Progress();
        foreach (var channel in _channels)
        {
            channel.Writer.TryWrite(e);
        }
    }
}
