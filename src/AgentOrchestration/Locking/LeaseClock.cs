using System.Diagnostics;

namespace AgentOrchestration.Locking;

/// <summary>When the leases of a table run out: all of them by one timer, set for the earliest. Thread-safe.</summary>
/// <remarks>
/// <para>Its gate is entered within the wait gate, and nothing but the event log's within it. A lease whose guard was disposed is not told of, so that releasing costs nothing for
/// leases; what such leave behind is swept out when it may outweigh what is alive, which costs each lease a constant share.</para>
/// <para>The timer is foreign, and a simulated one may fire within the call that sets it. So it is set outside the gate, by one thread at a time, which looks again after each
/// setting: whoever moves the earliest lease meanwhile leaves it to that thread.</para>
/// </remarks>
internal sealed class LeaseClock
{
    private const int MinSweep = 64;
    private const long Never = long.MaxValue;

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly Action _expire;

    // Made at the start, and not in the flow of an agent, which it would keep in memory.
    private readonly ITimer _timer;

    // By when they were to run out when they were put in: a renewed one is put in again when that comes.
    private readonly PriorityQueue<ResourceLease, long> _leases = new();
    private int _sweepAt = MinSweep;
    private long _timerDue = Never;
    private bool _isSetting;
    private bool _isStopped;

    /// <param name="time">The clock.</param>
    /// <param name="expire">Ends what <see cref="TakeExpired"/> gives, and calls <see cref="SetTimer"/>; called by the timer.</param>
    public LeaseClock(TimeProvider time, Action expire)
    {
        _time = time;
        _expire = expire;
        _timer = time.CreateTimer(static clock => ((LeaseClock)clock!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Leases it remembers, ended ones included.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _leases.Count;
        }
    }

    /// <summary>In ticks of the timestamp, rounded up.</summary>
    public long ToTicks(uint milliseconds) => ((milliseconds * _time.TimestampFrequency) + 999) / 1000;

    /// <summary>The lease runs from now on. To be followed by <see cref="SetTimer"/>, outside the gates.</summary>
    /// <returns>False if the clock has stopped.</returns>
    public bool Start(ResourceLease lease)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            if (_isStopped)
                return false;

            if (_leases.Count >= _sweepAt)
                SweepLocked();

            lease.Due = now + lease.Length;
            _leases.Enqueue(lease, lease.Due);
            return true;
        }
    }

    /// <summary>The lease runs anew from now on.</summary>
    /// <returns>False if it has run out, or its hold has ended.</returns>
    public bool TryRenew(ResourceLease lease)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            if (lease.IsOver || !lease.IsHeld)
                return false;

            lease.Due = Math.Max(lease.Due, now + lease.Length);
            return true;
        }
    }

    /// <summary>The next lease that has run out; null if none has. Whoever takes it ends its hold.</summary>
    public ResourceLease? TakeExpired(long now)
    {
        lock (_gate)
        {
            if (NextLocked() is not { } lease || (lease.Due > now && !_isStopped))
                return null;

            _leases.Dequeue();
            lease.IsOver = true;
            return lease;
        }
    }

    /// <summary>Sets the timer for the earliest lease, or ends it after <see cref="Stop"/>. Not with any gate held.</summary>
    public void SetTimer()
    {
        lock (_gate)
        {
            if (_isSetting)
                return;

            _isSetting = true;
        }

        bool isStopped;
        while (TryFindSetting(out var due, out isStopped))
            _timer.Change(due == Never ? Timeout.InfiniteTimeSpan : Until(due), Timeout.InfiniteTimeSpan);

        if (isStopped)
            _timer.Dispose();
    }

    /// <summary>From now on all leases have run out, and none starts. To be followed by <see cref="TakeExpired"/> and <see cref="SetTimer"/>.</summary>
    public void Stop()
    {
        lock (_gate)
            _isStopped = true;
    }

    private void Fire()
    {
        lock (_gate)
            _timerDue = Never;
        _expire();
    }

    // False if it is as it should be. Then others may set it, unless the clock has stopped.
    private bool TryFindSetting(out long due, out bool isStopped)
    {
        lock (_gate)
        {
            Debug.Assert(_isSetting, "One thread sets the timer.");
            isStopped = _isStopped;
            due = NextLocked()?.Due ?? Never;
            if (!isStopped && due != _timerDue)
            {
                _timerDue = due;
                return true;
            }

            _isSetting = isStopped;
            return false;
        }
    }

    // The lease at the head, alive and in its right place.
    private ResourceLease? NextLocked()
    {
        while (_leases.TryPeek(out var lease, out var due))
        {
            if (lease.IsHeld && lease.Due == due)
                return lease;

            _leases.Dequeue();
            if (lease.IsHeld)
                _leases.Enqueue(lease, lease.Due);
        }

        return null;
    }

    private void SweepLocked()
    {
        var live = _leases.UnorderedItems.Where(static item => item.Element.IsHeld).Select(static item => (item.Element, item.Element.Due)).ToArray();
        _leases.Clear();
        _leases.EnqueueRange(live);
        _sweepAt = Math.Max(MinSweep, live.Length * 2);
    }

    // Whole milliseconds, of which a timer takes no part, and never too early.
    private TimeSpan Until(long due) =>
        TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, _time.GetElapsedTime(_time.GetTimestamp(), due).TotalMilliseconds)));
}
