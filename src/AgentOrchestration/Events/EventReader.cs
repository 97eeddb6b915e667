using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace AgentOrchestration.Events;

/// <summary>One enumeration of a subscription.</summary>
/// <remarks>
/// It belongs to one thread at a time: its consumer's, or, from falling asleep to the completion of the consumer's wait, that of whoever took it out of the sleepers.
/// Others touch nothing but <see cref="Stop"/> and what links it to other sleepers, under the log's gate.
/// </remarks>
internal sealed class EventReader : IAsyncEnumerator<AgentEvent>, IValueTaskSource<bool>, IThreadPoolWorkItem
{
    // Who watches one agent reads a handful of events. Beyond some 256 at once, entering the gate no longer shows in the time per event.
    private const int FirstBatch = 16;
    private const int LargestBatch = 256;

    private readonly EventLog _log;
    private readonly EventSubscription _subscription;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<bool> _moved;
    private volatile EventRead _stop;
    private bool _isAwaited;
    private int _next;
    private int _agentsLeft;
    private long _lastOfEnded;

    public EventReader(EventLog log, EventSubscription subscription, CancellationToken cancellationToken)
    {
        _log = log;
        _subscription = subscription;
        _cancellationToken = cancellationToken;
        _agentsLeft = subscription.Traces?.Length ?? 0;
        _lastOfEnded = subscription.LastOfUnknown;
        Position = subscription.After;
        _registration = cancellationToken.UnsafeRegister(static reader => ((EventReader)reader!).Cancel(), this);
    }

    public AgentEvent Current { get; private set; } = null!;

    /// <summary>The number of the last event that it has copied or missed.</summary>
    public long Position { get; set; }

    /// <summary>The events it has copied, <see cref="Count"/> of them. Those it has given are gone from it.</summary>
    public AgentEvent[] Batch { get; private set; } = [];

    public int Count { get; set; }

    /// <summary>How it was ended; <see cref="EventRead.None"/> while it was not. Set under the log's gate.</summary>
    public EventRead Stop
    {
        get => _stop;
        set => _stop = value;
    }

    /// <summary>The one agent whose events it can still be given; null if it could be given others.</summary>
    public AgentTrace? OnlyAgentLeft => _agentsLeft == 1 ? _subscription.Traces![0] : null;

    // The links of SleepingReaders, which alone uses them.
    public EventReader? Previous { get; set; }

    public EventReader? Next { get; set; }

    public AgentTrace? SleepsFor { get; set; }

    public long WokenBy { get; set; }

    public ValueTask<bool> MoveNextAsync()
    {
        if (TryTake())
        {
            return new ValueTask<bool>(true);
        }

        if (_isAwaited)
        {
            throw new InvalidOperationException("The previous event of this enumerator is still awaited. Await each call before the next one, or enumerate the subscription again.");
        }

        _moved.Reset();
        _isAwaited = true;
        var found = Advance();
        if (found == EventRead.Asleep)
        {
            return new ValueTask<bool>(this, _moved.Version);
        }

        _isAwaited = false;
        return found == EventRead.Cancelled ? ValueTask.FromCanceled<bool>(_cancellationToken) : new ValueTask<bool>(found == EventRead.Events);
    }

    public ValueTask DisposeAsync()
    {
        _log.Stop(this, EventRead.End);
        _registration.Unregister();
        return default;
    }

    /// <summary>Whether the agents or the run it is limited to have ended and it is past their last events.</summary>
    public bool HasSeenItsLast() => Position >= _subscription.LastOfRun || HasSeenLastOfAgents();

    private bool HasSeenLastOfAgents()
    {
        if (_subscription.Traces is not { } traces)
        {
            return false;
        }

        while (_agentsLeft > 0 && traces[_agentsLeft - 1].Terminal is { } terminal)
        {
            _lastOfEnded = Math.Max(_lastOfEnded, terminal.Sequence);
            _agentsLeft--;
        }

        return _agentsLeft == 0 && Position >= _lastOfEnded;
    }

    // Woken: it goes on for its consumer, on a work item of its own, so that the consumer's continuation can run right here.
    void IThreadPoolWorkItem.Execute()
    {
        var found = Advance();
        if (found == EventRead.Cancelled)
        {
            _moved.SetException(new OperationCanceledException(_cancellationToken));
        }
        else if (found != EventRead.Asleep)
        {
            _moved.SetResult(found == EventRead.Events);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        _isAwaited = false;
        return _moved.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _moved.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _moved.OnCompleted(continuation, state, token, flags);

    private void Cancel() => _log.Stop(this, EventRead.Cancelled);

    private bool TryTake()
    {
        if (_stop != EventRead.None)
        {
            return false;
        }

        while (_next < Count)
        {
            var e = Batch[_next];
            Batch[_next++] = null!;
            if (_subscription.GivesAll || _subscription.Gives(e))
            {
                Current = e;
                return true;
            }
        }

        return false;
    }

    /// <returns><see cref="EventRead.Events"/> with the next one in <see cref="Current"/>, or how it goes on without.</returns>
    private EventRead Advance()
    {
        while (!TryTake())
        {
            MakeRoom();
            var before = Position;
            var found = _log.Read(this);
            switch (found)
            {
                case EventRead.Events:
                    break;
                case EventRead.Gap:
                    FillWithGap(before + 1, Position);
                    break;
                case EventRead.Asleep:
                    return found;
                case EventRead.End or EventRead.Cancelled:
                    _registration.Unregister();
                    _log.Stop(this, found);
                    return found;
                default:
                    throw new UnreachableException();
            }
        }

        return EventRead.Events;
    }

    private void MakeRoom()
    {
        // Agents that have ended are counted before the gate is entered too: there may be thousands of them the first time.
        HasSeenItsLast();
        if (Batch.Length == 0)
        {
            Batch = new AgentEvent[FirstBatch];
        }
        else if (Batch.Length > LargestBatch || (Batch.Length < LargestBatch && Count == Batch.Length))
        {
            Batch = new AgentEvent[LargestBatch];
        }

        _next = 0;
        Count = 0;
    }

    private void FillWithGap(long first, long last)
    {
        var terminals = (_subscription.Traces ?? [])
            .Select(static agent => agent.Terminal)
            .Append(_subscription.Run?.Terminal)
            .OfType<AgentEvent>()
            .Where(terminal => terminal.Sequence >= first && terminal.Sequence <= last)
            .OrderBy(static terminal => terminal.Sequence);
        AgentEvent[] given = [_log.Missing(first, last), .. terminals];
        if (given.Length > Batch.Length)
        {
            Batch = new AgentEvent[given.Length];
        }

        given.CopyTo(Batch, 0);
        Count = given.Length;
    }
}
