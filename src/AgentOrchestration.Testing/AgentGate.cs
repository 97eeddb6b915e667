namespace AgentOrchestration.Testing;

/// <summary>Holds agents at one point until the test lets them go on, and tells the test that they are there. Thread-safe.</summary>
/// <remarks>An agent at a gate works, as far as the orchestrator can tell: it keeps its slot.</remarks>
public sealed class AgentGate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _watchers = [];
    private int _arrivals;

    /// <summary>How often an agent has arrived.</summary>
    public int Arrivals
    {
        get
        {
            lock (_gate)
            {
                return _arrivals;
            }
        }
    }

    /// <summary>For the agent: arrives, and completes when the gate is open.</summary>
    /// <exception cref="OperationCanceledException">The token was signalled first.</exception>
    public Task PassAsync(CancellationToken cancellationToken = default)
    {
        List<TaskCompletionSource> reached;
        lock (_gate)
        {
            _arrivals++;
            reached = [.. _watchers.Where(watcher => watcher.Count <= _arrivals).Select(static watcher => watcher.Reached)];
            _watchers.RemoveAll(watcher => watcher.Count <= _arrivals);
        }

        reached.ForEach(static source => source.SetResult());
        return _opened.Task.WaitAsync(cancellationToken);
    }

    /// <summary>For the test: completes when agents have arrived this many times, counted from the start.</summary>
    /// <param name="count">From 1.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    public Task WaitForArrivalAsync(int count = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        lock (_gate)
        {
            if (_arrivals >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((count, reached));
            return reached.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>For the test: lets everyone pass, now and later.</summary>
    public void Open() => _opened.TrySetResult();
}
