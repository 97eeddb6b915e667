namespace AgentOrchestration.Benchmarks.Events;

/// <summary>Where readers report that they have had every event of a run. They go on reading from one run to the next, so that a run pays for events only.</summary>
internal sealed class FinishLine(int readers)
{
    private TaskCompletionSource _allArrived = new();
    private int _underWay;

    /// <summary>Begins a run.</summary>
    /// <returns>Ends when every reader has arrived.</returns>
    public Task Open()
    {
        _underWay = readers;
        _allArrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _allArrived.Task;
    }

    public void Arrive()
    {
        if (Interlocked.Decrement(ref _underWay) == 0)
        {
            _allArrived.SetResult();
        }
    }

    public void Fail(Exception exception) => _allArrived.TrySetException(exception);
}
