using System.Diagnostics;
using System.Numerics;

namespace AgentOrchestration.Events;

/// <summary>The one numbered order of events: a ring in memory that all readers share, each at a place of its own.</summary>
/// <remarks>
/// Publishing costs the same for any number of readers: it stores the event and, if readers sleep for it, leaves all of them to one work item on the thread pool.
/// A reader copies a few events when it enters the gate and holds nothing else, so one that stops reading costs that copy. The gate is the innermost of all:
/// it is entered under the scheduler's, and nothing foreign runs under it.
/// </remarks>
internal sealed class EventLog : IThreadPoolWorkItem
{
    private const int WokenAtOnce = 64;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly AgentEvent[]?[] _chunks;
    private readonly int _chunkShift;
    private readonly long _mask;
    private readonly SleepingReaders _sleepers = new();
    private EventReader?[]? _pumped;
    private long _last;
    private long _missed;
    private bool _pumping;
    private bool _completed;

    /// <param name="capacity">Events that stay readable, rounded up to a power of two; their memory is taken in chunks as they come.</param>
    /// <param name="time">The clock that dates gaps.</param>
    public EventLog(int capacity, TimeProvider time)
    {
        var events = BitOperations.RoundUpToPowerOf2((uint)capacity);
        var digits = BitOperations.Log2(events);
        _time = time;
        _mask = events - 1;
        _chunkShift = Math.Min(digits, Math.Max(8, digits / 2));
        _chunks = new AgentEvent[]?[events >> _chunkShift];
    }

    /// <summary>Takes secrets out of what runs publish; what agents do has lost them before, see <c>AgentScheduler.RecordLocked</c>. Null where there are none.</summary>
    public SecretFilter? Secrets { get; init; }

    /// <summary>The number of the last event; 0 before the first.</summary>
    public long LastSequence => Volatile.Read(ref _last);

    /// <summary>Events published.</summary>
    public long Published => LastSequence;

    /// <summary>Events that readers missed, summed over readers.</summary>
    public long Missed => Volatile.Read(ref _missed);

    /// <summary>Numbers an event and publishes it. May be called under any gate.</summary>
    /// <param name="e">The event; not published before.</param>
    /// <param name="trace">Its agent; null if it is about none.</param>
    /// <returns>False: it was dropped, because its agent's last event is published or the log is complete.</returns>
    public bool Append(AgentEvent e, AgentTrace? trace)
    {
        Debug.Assert(e.Sequence == 0, "An event is published once.");
        Debug.Assert(e.AgentId == trace?.Origin.AgentId, "An agent's readers are woken through its trace.");
        lock (_gate)
        {
            if (_completed || trace?.Terminal is not null)
            {
                return false;
            }

            var sequence = NumberLocked(e);
            if (trace is not null && e.IsTerminal)
            {
                trace.Terminal = e;
                if (trace.Origin.Run is { EndsNext: true } run)
                {
                    run.Terminal = e;
                }
            }

            WakeLocked(sequence, trace);
            return true;
        }
    }

    /// <summary>Numbers an event of a run itself and publishes it. May be called under any gate.</summary>
    /// <inheritdoc cref="Append(AgentEvent, AgentTrace?)"/>
    public bool Append(AgentEvent e, RunTrace run)
    {
        Debug.Assert(e.Sequence == 0, "An event is published once.");
        Debug.Assert(e.RunId == run.Id && e.AgentId is null, "It is about that run and no agent.");
        e = Secrets?.Redact(e) ?? e;
        lock (_gate)
        {
            if (_completed || run.Terminal is not null)
            {
                return false;
            }

            var sequence = NumberLocked(e);
            run.Terminal = e as RunCompleted;
            WakeLocked(sequence, trace: null);
            return true;
        }
    }

    /// <summary>Ends every subscription, once it has given everything.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            if (_sleepers.WakeAll(_last + 1))
            {
                StartPumpLocked();
            }
        }
    }

    /// <inheritdoc cref="IAgentOrchestrator.Subscribe"/>
    /// <param name="filter">What to give and from where; null gives all.</param>
    /// <param name="find">The agent of this id; null if it is not known. Called here only.</param>
    /// <param name="findRun">The run of this id; null if it has ended. Called here only.</param>
    /// <exception cref="ArgumentException">The filter is not valid; the message says what.</exception>
    public IAsyncEnumerable<AgentEvent> Subscribe(EventFilter? filter, Func<AgentId, AgentTrace?> find, Func<RunId, RunTrace?>? findRun = null) =>
        EventSubscription.Create(this, filter, find, findRun);

    /// <summary>The agent's events after this number. It needs no register of agents, so it works for one that was forgotten.</summary>
    public IAsyncEnumerable<AgentEvent> Watch(AgentTrace trace, long after) => EventSubscription.Create(this, trace, after);

    /// <summary>The run's events after this number; it needs no register of runs.</summary>
    public IAsyncEnumerable<AgentEvent> Watch(RunTrace run, long after) => EventSubscription.Create(this, run, after);

    /// <summary>Gives the reader what comes next or puts it to sleep. Then it is no longer the caller's: it may be woken before this returns.</summary>
    public EventRead Read(EventReader reader)
    {
        lock (_gate)
        {
            if (reader.Stop != EventRead.None)
            {
                return reader.Stop;
            }

            if (reader.HasSeenItsLast())
            {
                return EventRead.End;
            }

            var oldest = Math.Max(1, _last - _mask);
            if (reader.Position < oldest - 1)
            {
                _missed += oldest - 1 - reader.Position;
                reader.Position = oldest - 1;
                return EventRead.Gap;
            }

            if (reader.Position < _last)
            {
                CopyLocked(reader);
                return EventRead.Events;
            }

            if (_completed)
            {
                return EventRead.End;
            }

            _sleepers.Add(reader, reader.OnlyAgentLeft);
            return EventRead.Asleep;
        }
    }

    /// <summary>Ends a reader in this way, also one that sleeps. The first call decides.</summary>
    public void Stop(EventReader reader, EventRead how)
    {
        bool slept;
        lock (_gate)
        {
            if (reader.Stop == EventRead.None)
            {
                reader.Stop = how;
            }

            slept = _sleepers.Remove(reader);
        }

        if (slept)
        {
            ThreadPool.UnsafeQueueUserWorkItem(reader, preferLocal: false);
        }
    }

    public EventsMissed Missing(long first, long last) => new(last, _time.GetUtcNow(), first, last);

    // The pump: wakes readers, each by a work item of its own, so that none of them can hold up another.
    void IThreadPoolWorkItem.Execute()
    {
        _pumped ??= new EventReader?[WokenAtOnce];
        while (TakeWoken(_pumped) is > 0 and var count)
        {
            for (var i = 0; i < count; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(_pumped[i]!, preferLocal: true);
                _pumped[i] = null;
            }
        }
    }

    private int TakeWoken(EventReader?[] readers)
    {
        var count = 0;
        lock (_gate)
        {
            while (count < readers.Length && _sleepers.TakeWoken() is { } reader)
            {
                // What came while it slept and did not wake it is not for it: however much that was, it missed nothing.
                reader.Position = reader.WokenBy - 1;
                readers[count++] = reader;
            }

            _pumping = count > 0;
        }

        return count;
    }

    private void StartPumpLocked()
    {
        Debug.Assert(_gate.IsHeldByCurrentThread);
        if (!_pumping)
        {
            _pumping = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private long NumberLocked(AgentEvent e)
    {
        var sequence = _last + 1;
        e.Sequence = sequence;
        StoreLocked(e, sequence);
        Volatile.Write(ref _last, sequence);
        return sequence;
    }

    private void WakeLocked(long sequence, AgentTrace? trace)
    {
        if (!_sleepers.IsEmpty && _sleepers.Wake(sequence, trace))
        {
            StartPumpLocked();
        }
    }

    private void StoreLocked(AgentEvent e, long sequence)
    {
        Debug.Assert(_gate.IsHeldByCurrentThread);
        var index = (int)((sequence - 1) & _mask);
        var chunk = _chunks[index >> _chunkShift] ??= new AgentEvent[1 << _chunkShift];

        // Through a span: storing into an array of a type that has subtypes costs a type check.
        chunk.AsSpan()[index & (chunk.Length - 1)] = e;
    }

    private void CopyLocked(EventReader reader)
    {
        Debug.Assert(_gate.IsHeldByCurrentThread);
        var count = (int)Math.Min(_last - reader.Position, reader.Batch.Length);
        for (var copied = 0; copied < count;)
        {
            var index = (int)((reader.Position + copied) & _mask);
            var chunk = _chunks[index >> _chunkShift]!;
            var start = index & (chunk.Length - 1);
            var length = Math.Min(count - copied, chunk.Length - start);
            Array.Copy(chunk, start, reader.Batch, copied, length);
            copied += length;
        }

        reader.Position += count;
        reader.Count = count;
    }
}
