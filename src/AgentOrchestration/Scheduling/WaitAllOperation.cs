namespace AgentOrchestration.Scheduling;

/// <summary>One call that waits for all agents known at its time and for the children they spawn. Works under the scheduler's gate.</summary>
internal sealed class WaitAllOperation
{
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<AgentInstance> _agents = [];
    private int _open;

    /// <summary>The number of the youngest agent at the time of the call: later agents belong to it only if they descend from earlier ones.</summary>
    public ulong Limit { get; set; }

    public bool IsOpen => _open > 0;

    public void Known(AgentInstance agent)
    {
        _agents.Add(agent);
        _open += agent.Stage == AgentStage.Ended ? 0 : 1;
    }

    public void Spawned(AgentInstance agent)
    {
        if (IsMine(agent))
        {
            _agents.Add(agent);
            _open++;
        }
    }

    /// <summary>Returns whether this was the last one.</summary>
    public bool Ended(AgentInstance agent) => IsMine(agent) && --_open == 0;

    public void Complete() => _completed.SetResult();

    public async Task<IReadOnlyList<AgentResult>> ResultsAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
        {
            await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        // Nothing is added any more. Completions come moments after the scheduler has counted their agents as ended.
        _agents.Sort(static (x, y) => x.Order.CompareTo(y.Order));
        return await Task.WhenAll(_agents.Select(static agent => agent.Completion)).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool IsMine(AgentInstance agent) => agent.Root.Order <= Limit;
}
