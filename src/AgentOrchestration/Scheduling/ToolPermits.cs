namespace AgentOrchestration.Scheduling;

/// <summary>How many tools run at the same time. A permit is given back while its tool waits, so that permits are never part of a deadlock (law 2).</summary>
internal sealed class ToolPermits(int limit)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Waiter, (int Urgency, long Arrival)> _waiting = new();
    private int _free = limit;
    private long _arrivals;

    /// <summary>Takes a permit, if one is free and nobody waits for it.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            if (_free == 0)
            {
                return false;
            }

            _free--;
            return true;
        }
    }

    /// <summary>Completes with a permit: in order of priority, then first come.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first; no permit is held.</exception>
    public async Task TakeAsync(AgentPriority priority, CancellationToken cancellationToken)
    {
        var waiter = new Waiter();
        lock (_gate)
        {
            if (_free > 0)
            {
                _free--;
                return;
            }

            _waiting.Enqueue(waiter, (-(int)priority, _arrivals++));
        }

        try
        {
            await waiter.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            if (!waiter.TrySetCanceled(CancellationToken.None))
            {
                // Granted at the same moment.
                Return();
            }

            throw;
        }
    }

    public void Return()
    {
        // Whoever gave up since stays in the queue, and is passed over here.
        while (true)
        {
            Waiter? next;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out next, out _))
                {
                    _free++;
                    return;
                }
            }

            if (next.TrySetResult())
            {
                return;
            }
        }
    }

    private sealed class Waiter() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
}
