namespace AgentOrchestration.Scheduling;

/// <summary>One moment on both clocks, read before a gate is entered: the clock is the host's code.</summary>
/// <param name="UtcTicks">The wall clock, for events and deadlines.</param>
/// <param name="Ticks">The monotonic clock, for durations.</param>
internal readonly record struct Instant(long UtcTicks, long Ticks)
{
    public DateTimeOffset Utc => new(UtcTicks, TimeSpan.Zero);

    /// <summary>An earlier or later moment by the wall clock, such as one that was recorded before the process started.</summary>
    public Instant At(DateTimeOffset utc, TimeProvider time) => new(utc.UtcTicks, Ticks - (long)((UtcTicks - utc.UtcTicks) / (double)TimeSpan.TicksPerSecond * time.TimestampFrequency));

    public static Instant Of(TimeProvider time) => new(time.GetUtcNow().UtcTicks, time.GetTimestamp());
}
