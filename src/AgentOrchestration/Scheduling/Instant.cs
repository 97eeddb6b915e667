namespace AgentOrchestration.Scheduling;

/// <summary>One moment on both clocks, read before a gate is entered: the clock is the host's code.</summary>
/// <param name="UtcTicks">The wall clock, for events and deadlines.</param>
/// <param name="Ticks">The monotonic clock, for durations.</param>
internal readonly record struct Instant(long UtcTicks, long Ticks)
{
    public DateTimeOffset Utc => new(UtcTicks, TimeSpan.Zero);

    public static Instant Of(TimeProvider time) => new(time.GetUtcNow().UtcTicks, time.GetTimestamp());
}
