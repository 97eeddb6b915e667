namespace AgentOrchestration.Benchmarks.Events;

/// <summary>Readers that work all the time, each on a stream of its own, in the way in which consumers are usually written.</summary>
internal sealed class ReadingTasks
{
    private readonly FinishLine _finish;
    private readonly int _eventsOfRun;
    private readonly Task[] _tasks;

    public ReadingTasks(IReadOnlyList<IAsyncEnumerable<AgentEvent>> streams, int eventsOfRun)
    {
        _finish = new FinishLine(streams.Count);
        _eventsOfRun = eventsOfRun;
        _tasks = [.. streams.Select(ReadAsync)];
    }

    /// <inheritdoc cref="FinishLine.Open"/>
    public Task BeginRun() => _finish.Open();

    /// <summary>Ends when all streams have.</summary>
    public Task EndAsync() => Task.WhenAll(_tasks);

    private async Task ReadAsync(IAsyncEnumerable<AgentEvent> stream)
    {
        var seen = 0;
        await foreach (var e in stream)
        {
            if (e is EventsMissed)
            {
                _finish.Fail(new InvalidOperationException("The reader missed events."));
            }

            if (++seen == _eventsOfRun)
            {
                seen = 0;
                _finish.Arrive();
            }
        }
    }
}
