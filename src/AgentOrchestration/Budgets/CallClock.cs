namespace AgentOrchestration.Budgets;

/// <summary>Adds up the time of calls, those at the same time as many times as there are calls. Belongs to the gate of its account.</summary>
internal struct CallClock
{
    private TimeSpan _before;
    private long _since;

    /// <summary>Calls whose time is running.</summary>
    public int Running { get; private set; }

    /// <summary>Begins with time that was used before.</summary>
    public void Restore(TimeSpan before) => _before += before;

    public void Add(int calls, long now, TimeProvider time)
    {
        _before = Elapsed(now, time);
        _since = Running == 0 ? now : Math.Max(_since, now);
        Running += calls;
    }

    // Stamps are read before the gate is entered, so one can be earlier than the one noted just before.
    public readonly TimeSpan Elapsed(long now, TimeProvider time) => Running == 0 || now <= _since ? _before : _before + (time.GetElapsedTime(_since, now) * Running);

    /// <summary>How long until this much is reached if nothing changes; null while no call is running.</summary>
    public readonly TimeSpan? Until(TimeSpan limit, long now, TimeProvider time) => Running == 0 ? null : (limit - Elapsed(now, time)) / Running;
}
