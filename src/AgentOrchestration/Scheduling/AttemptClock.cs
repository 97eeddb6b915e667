namespace AgentOrchestration.Scheduling;

/// <summary>The attempt and idle timeouts of one attempt, which tick only while the agent holds a slot. Made only for goals that have one of them.</summary>
/// <remarks>
/// The stamps belong to the scheduler's gate. The timer is started outside it, and never stopped with the slot: one that fires early finds that out under the gate.
/// </remarks>
internal sealed class AttemptClock(Attempt attempt, AgentTimeouts timeouts, TimeProvider time)
{
    private readonly Lock _timerGate = new();
    private TimeSpan _heldBefore;
    private long _heldSince;
    private ITimer? _timer;
    private bool _stopped;

    public void SlotGained(long now) => _heldSince = now;

    public void SlotLost(long now) => _heldBefore += Elapsed(_heldSince, now);

    /// <summary>What has run out at this moment, if the agent holds a slot; else how long until something can.</summary>
    public (AgentError? Expired, TimeSpan Remaining) Check(long now, long lastSign)
    {
        var held = _heldBefore + Elapsed(_heldSince, now);
        var silent = Elapsed(Math.Max(lastSign, _heldSince), now);
        if (timeouts.Attempt is { } attemptLimit && held >= attemptLimit)
        {
            return (new AgentError(AgentErrorCodes.AttemptTimeout, $"The attempt held a slot for longer than its timeout of {attemptLimit}."), default);
        }

        if (timeouts.Idle is { } idleLimit && silent >= idleLimit)
        {
            return (new AgentError(AgentErrorCodes.IdleTimeout, $"The attempt gave no sign of life for its idle timeout of {idleLimit}."), default);
        }

        var untilAttempt = (timeouts.Attempt ?? TimeSpan.MaxValue) - held;
        var untilIdle = (timeouts.Idle ?? TimeSpan.MaxValue) - silent;
        return (null, untilAttempt < untilIdle ? untilAttempt : untilIdle);
    }

    /// <summary>Sees to it that the timer fires when something can run out. Called outside the gate, on gaining a slot and on firing early.</summary>
    public void Arm()
    {
        // The timer's own gate makes the last one to change the timer also the last one to have read the stamps.
        lock (_timerGate)
        {
            if (_stopped)
            {
                return;
            }

            _timer ??= time.CreateTimer(static state => ((AttemptClock)state!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (attempt.Agent.Scheduler.Endings.TimeUntilExpiry(attempt) is { } remaining)
            {
                var due = remaining < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : remaining;
                _timer.Change(due < OneShotTimer.Longest ? due : OneShotTimer.Longest, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Stop()
    {
        lock (_timerGate)
        {
            _stopped = true;
            _timer?.Dispose();
        }
    }

    // The clock is read before the gate is entered, so a moment can be earlier than the one that was noted just before.
    private TimeSpan Elapsed(long since, long now) => now <= since ? TimeSpan.Zero : time.GetElapsedTime(since, now);

    private void Fire()
    {
        if (!attempt.Agent.Scheduler.Endings.ExpireAttempt(attempt))
        {
            Arm();
        }
    }
}
