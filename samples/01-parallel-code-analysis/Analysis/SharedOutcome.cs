namespace ParallelCodeAnalysis.Analysis;

/// <summary>Work that several agents want and one does; the others wait for it.</summary>
/// <remarks>The work runs under the token of the agent that began it. If that one is cancelled, the next in line begins again.</remarks>
internal sealed class SharedOutcome<T>(Func<CancellationToken, Task<T>> work)
{
    private readonly Lock _gate = new();
    private Task<T>? _task;

    /// <summary>Begins the work if nobody has, and waits for its outcome.</summary>
    public async Task<T> GetAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var task = Begin(cancellationToken);
            try
            {
                return await task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                Forget(task);
            }
        }
    }

    /// <summary>The outcome, if there is one yet. Begins nothing and waits for nothing.</summary>
    public async Task<T?> TryGetAsync()
    {
        Task<T>? task;
        lock (_gate) task = _task;
        return task is { IsCompletedSuccessfully: true } ? await task : default;
    }

    private Task<T> Begin(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _task ??= Task.Run(() => work(cancellationToken), cancellationToken);
        }
    }

    private void Forget(Task<T> cancelled)
    {
        lock (_gate)
        {
            if (_task == cancelled) _task = null;
        }
    }
}
