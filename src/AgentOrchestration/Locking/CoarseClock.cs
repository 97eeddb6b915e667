namespace AgentOrchestration.Locking;

/// <summary>
/// The time to some 16 ms, cheap enough to read on every acquire: "since when" is for people. A simulated clock is read exactly.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="isCoarse">False reads every clock exactly.</param>
internal sealed class CoarseClock(TimeProvider time, bool isCoarse = true)
{
    private readonly bool _isSystem = isCoarse && ReferenceEquals(time, TimeProvider.System);

#pragma warning disable RS0030 // This is the system's clock, read coarsely; it is used only in place of TimeProvider.System, which it agrees with.
    private readonly long _offset = time.GetUtcNow().UtcTicks - (Environment.TickCount64 * TimeSpan.TicksPerMillisecond);

    /// <summary>UTC ticks.</summary>
    public long Now => _isSystem ? (Environment.TickCount64 * TimeSpan.TicksPerMillisecond) + _offset : time.GetUtcNow().UtcTicks;
#pragma warning restore RS0030

    public static DateTimeOffset ToDate(long ticks) => new(ticks, TimeSpan.Zero);
}
