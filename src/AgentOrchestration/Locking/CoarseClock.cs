namespace AgentOrchestration.Locking;

/// <summary>
/// The time to some 16 ms, cheap enough to read on every acquire: "since when" is for people. A simulated clock is read exactly.
/// </summary>
/// <remarks>Gates are held where the time is needed, and a simulated clock may fire the timers that are due when it is read. So such a clock is read before, by <see cref="Read"/>.</remarks>
/// <param name="time">The clock.</param>
/// <param name="isCoarse">False reads every clock exactly.</param>
internal sealed class CoarseClock(TimeProvider time, bool isCoarse = true)
{
    private readonly bool _isSystem = ReferenceEquals(time, TimeProvider.System);

#pragma warning disable RS0030 // This is the system's clock, read coarsely; it is used only in place of TimeProvider.System, which it agrees with.
    private readonly long _offset = time.GetUtcNow().UtcTicks - (Environment.TickCount64 * TimeSpan.TicksPerMillisecond);
    private long _last = time.GetUtcNow().UtcTicks;

    /// <summary>UTC ticks; of a simulated clock when it was last read.</summary>
    public long Now => !_isSystem ? Volatile.Read(ref _last) : isCoarse ? (Environment.TickCount64 * TimeSpan.TicksPerMillisecond) + _offset : UtcNow.UtcTicks;
#pragma warning restore RS0030

    /// <summary>The time, exactly; of a simulated clock when it was last read.</summary>
    public DateTimeOffset UtcNow => _isSystem ? time.GetUtcNow() : ToDate(Volatile.Read(ref _last));

    /// <summary>Reads a simulated clock. Not with any gate held.</summary>
    public void Read()
    {
        if (!_isSystem)
            Note(time.GetUtcNow());
    }

    /// <summary>Somebody has read the clock.</summary>
    public void Note(DateTimeOffset now)
    {
        if (!_isSystem)
            Volatile.Write(ref _last, now.UtcTicks);
    }

    public static DateTimeOffset ToDate(long ticks) => new(ticks, TimeSpan.Zero);
}
