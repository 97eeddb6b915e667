using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>Calls of a run to code of the host, which can be told to stop, and are left behind if they do not.</summary>
/// <param name="time">The clock.</param>
/// <param name="grace">How long they may take to stop.</param>
// Its source is never disposed: without timer or link it holds nothing, and calls that were left behind may still use its token.
#pragma warning disable CA1001
internal sealed class HostCalls(TimeProvider time, TimeSpan grace)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _leftBehind = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OneShotTimer? _grace;
    private bool _isClosed;

    /// <summary>Tells calls to stop. Foreign callbacks of the token run on the pool.</summary>
    public void Stop()
    {
        var timer = new OneShotTimer(time, Instant.Of(time), grace, _ => _leftBehind.TrySetResult());
        if (Interlocked.CompareExchange(ref _grace, timer, null) is null)
        {
            timer.Start();

            // It may have been closed before the timer was there: either this sees that, or Close sees the timer.
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _isClosed))
            {
                timer.Stop();
            }

            _ = _stop.CancelAsync().ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>No calls are under way any more.</summary>
    public void Close()
    {
        Volatile.Write(ref _isClosed, true);
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _grace)?.Stop();
    }

    /// <summary>Makes a call. What it throws is thrown; a call that was left behind counts as cancelled.</summary>
    public async Task<T> CallAsync<T>(Func<CancellationToken, ValueTask<T>> call)
    {
        _stop.Token.ThrowIfCancellationRequested();
        var work = Task.Run(() => call(_stop.Token).AsTask(), CancellationToken.None);
        if (await Task.WhenAny(work, _leftBehind.Task).ConfigureAwait(false) != work)
        {
            // Whatever it comes to is nobody's any more.
            _ = work.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new OperationCanceledException("The call did not stop when the run did, and was left behind.", _stop.Token);
        }

        return await work.ConfigureAwait(false);
    }
}
