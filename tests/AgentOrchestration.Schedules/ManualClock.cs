namespace AgentOrchestration.Schedules;

/// <summary>A clock that moves when it is told to. What is due then runs in the call that moved it, outside the clock's gate.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _running = [];
    private long _ticks;

    /// <summary>Timers that would fire some time.</summary>
    public int Running
    {
        get
        {
            lock (_gate)
            {
                return _running.Count;
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        ManualTimer[] due;
        lock (_gate)
        {
            Volatile.Write(ref _ticks, _ticks + by.Ticks);
            due = [.. _running.Where(timer => timer.Due <= _ticks)];
            _running.RemoveAll(timer => timer.Due <= _ticks);
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    private sealed class ManualTimer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public long Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            bool isDue;
            lock (clock._gate)
            {
                clock._running.Remove(this);
                if (_disposed || dueTime == Timeout.InfiniteTimeSpan)
                {
                    return !_disposed;
                }

                Due = clock._ticks + dueTime.Ticks;
                isDue = dueTime <= TimeSpan.Zero;
                if (!isDue)
                {
                    clock._running.Add(this);
                }
            }

            if (isDue)
            {
                Fire();
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._gate)
            {
                _disposed = true;
                clock._running.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
