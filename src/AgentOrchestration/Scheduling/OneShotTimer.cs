namespace AgentOrchestration.Scheduling;

/// <summary>One timer that fires once. Made under a gate, started and stopped outside it, in any order and from any thread.</summary>
/// <remarks>Clocks are foreign code, and a simulated one may fire within the call that starts a timer: never start one under a gate.</remarks>
/// <param name="time">The clock.</param>
/// <param name="now">The present, read before the gate was entered.</param>
/// <param name="due">How long from then.</param>
/// <param name="fired">What is due.</param>
internal sealed class OneShotTimer(TimeProvider time, Instant now, TimeSpan due, Action<OneShotTimer> fired)
{
    // The longest that a timer takes, less than 50 days; a longer one is started again when it fires.
    public static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    private static readonly TimeSpan Finest = TimeSpan.FromMilliseconds(1);

    private readonly long _start = now.Ticks;
    private ITimer? _timer;
    private int _stopped;

    public void Start()
    {
        var timer = time.CreateTimer(static state => ((OneShotTimer)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _timer, timer);
        if (Volatile.Read(ref _stopped) == 0)
        {
            timer.Change(Next(), Timeout.InfiniteTimeSpan);
        }

        // Stopped before the timer was visible: whoever sees it last disposes it.
        if (Volatile.Read(ref _stopped) != 0)
        {
            timer.Dispose();
        }
    }

    public void Stop()
    {
        Volatile.Write(ref _stopped, 1);
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _timer)?.Dispose();
    }

    private void Fire()
    {
        if (Remaining() > TimeSpan.Zero)
        {
            // A timer of whole milliseconds fires up to one early.
            var next = Next();
            Volatile.Read(ref _timer)?.Change(next < Finest ? Finest : next, Timeout.InfiniteTimeSpan);
        }
        else if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            Volatile.Read(ref _timer)?.Dispose();
            fired(this);
        }
    }

    private TimeSpan Remaining() => due - time.GetElapsedTime(_start);

    private TimeSpan Next()
    {
        var remaining = Remaining();
        return remaining <= TimeSpan.Zero ? TimeSpan.Zero : remaining < Longest ? remaining : Longest;
    }
}
