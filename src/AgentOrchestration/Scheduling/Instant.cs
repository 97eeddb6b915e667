namespace AgentOrchestration.Scheduling;

/// <summary>One moment on both clocks, read before a gate is entered: the clock is the host's code.</summary>
/// <param name="Utc">The wall clock, for events and deadlines.</param>
/// <param name="Ticks">The monotonic clock, for durations.</param>
internal readonly record struct Instant(DateTimeOffset Utc, long Ticks)
{
    public static Instant Of(TimeProvider time) => new(time.GetUtcNow(), time.GetTimestamp());
}
