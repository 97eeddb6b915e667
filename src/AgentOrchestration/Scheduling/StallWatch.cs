namespace AgentOrchestration.Scheduling;

/// <summary>Law 1: nothing runs for ever unnoticed. One timer looks at the agents that hold slots and tells of those that give no sign of life.</summary>
/// <remarks>The timer runs only while slots are held. Works under the scheduler's gate.</remarks>
internal sealed class StallWatch(AgentScheduler scheduler, TimeSpan threshold)
{
    private OneShotTimer? _timer;

    public void SlotGainedLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        Volatile.Write(ref agent.LastSign, now.Ticks);
        agent.StallsReported = 0;
        if (_timer is null)
        {
            ArmLocked(threshold, now, ref outbox);
        }
    }

    public void Stop()
    {
        OneShotTimer? timer;
        lock (scheduler.Gate)
        {
            timer = _timer;
        }

        timer?.Stop();
    }

    private void ArmLocked(TimeSpan due, Instant now, ref Outbox outbox)
    {
        _timer = new OneShotTimer(scheduler.Time, now, due, Look);
        outbox.Do(_timer.Start);
    }

    private void Look(OneShotTimer timer)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            _timer = null;
            TimeSpan? next = null;
            for (var agent = scheduler.SlotHolders.First; agent is not null; agent = agent.Next)
            {
                var silence = scheduler.Time.GetElapsedTime(Volatile.Read(ref agent.LastSign), now.Ticks);
                if (silence < threshold)
                {
                    agent.StallsReported = 0;
                }
                else if (silence >= threshold * (agent.StallsReported + 1))
                {
                    agent.StallsReported = (ushort)Math.Min(ushort.MaxValue, silence / threshold);
                    scheduler.RecordLocked(agent, new AgentStalled(0, now.Utc, silence) { Origin = agent.Origin }, ref outbox);
                }

                var due = (threshold * (agent.StallsReported + 1)) - silence;
                next = next < due ? next : due;
            }

            if (next is { } soonest)
            {
                ArmLocked(soonest, now, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }
}
