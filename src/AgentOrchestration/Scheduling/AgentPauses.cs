using AgentOrchestration.Agents;

namespace AgentOrchestration.Scheduling;

/// <summary>Pausing and resuming. Works under the scheduler's gate.</summary>
internal sealed class AgentPauses(AgentScheduler scheduler)
{
    public async Task<bool> PauseAsync(AgentId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        Task<bool> paused;
        lock (scheduler.Gate)
        {
            paused = RequestLocked(scheduler.Registry.FindLocked(id), now, ref outbox);
        }

        scheduler.Flush(outbox);
        return await paused.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public bool Resume(AgentId id)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        bool resumed;
        lock (scheduler.Gate)
        {
            resumed = scheduler.Registry.FindLocked(id) is { PauseRequested: true } agent && ResumeLocked(agent, now, ref outbox);
        }

        scheduler.Flush(outbox);
        return resumed;
    }

    /// <summary>The last activity of an agent that is to pause has stopped running.</summary>
    public void PausedLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        scheduler.RecordLocked(agent, new AgentPaused(0, now.Utc) { Origin = agent.Origin }, ref outbox);
        AnswerLocked(agent, paused: true, ref outbox);
    }

    /// <summary>The agent has ended, or is bound to: it will not be paused any more.</summary>
    public static void CloseLocked(AgentInstance agent, ref Outbox outbox)
    {
        agent.PauseRequested = false;
        AnswerLocked(agent, paused: false, ref outbox);
    }

    private static void AnswerLocked(AgentInstance agent, bool paused, ref Outbox outbox)
    {
        if (agent.Extras is { PauseWaiters: { } waiters } extras)
        {
            extras.PauseWaiters = null;
            AnswerLater(waiters, paused, ref outbox);
        }
    }

    private static void AnswerLater(List<TaskCompletionSource<bool>> waiters, bool paused, ref Outbox outbox) =>
        outbox.Do(() => waiters.ForEach(waiter => waiter.SetResult(paused)));

    /// <summary>Lets the agent pause.</summary>
    /// <returns>Whether it did; false if it is ending.</returns>
    public Task<bool> RequestLocked(AgentInstance? agent, Instant now, ref Outbox outbox)
    {
        if (agent is null || agent.Stage == AgentStage.Ended || agent.Ending is not null)
        {
            return Task.FromResult(false);
        }

        if (agent.Life.State == AgentState.Paused)
        {
            return Task.FromResult(true);
        }

        agent.PauseRequested = true;
        if (agent.Stage != AgentStage.InAttempt || (!agent.HasSlot && agent.Attempt!.ActiveActivities == 0))
        {
            // It stands in its group's line as before; out of the queue for slots it goes, and back to its old place when it is resumed.
            if (agent.Stage != AgentStage.InGroupLine)
            {
                agent.Line?.Remove(agent);
            }

            PausedLocked(agent, now, ref outbox);
            return Task.FromResult(true);
        }

        var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        (agent.EnsureExtras().PauseWaiters ??= []).Add(waiter);
        return waiter.Task;
    }

    private bool ResumeLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        agent.PauseRequested = false;
        AnswerLocked(agent, paused: false, ref outbox);
        if (agent.Life.State != AgentState.Paused)
        {
            // It had not stopped yet: activities that had parked go on beside those that still run.
            agent.Attempt!.UnparkLocked(ref outbox);
            return true;
        }

        var (state, wait) = agent.Stage switch
        {
            AgentStage.InGroupLine => (AgentState.Idle, new AgentWait(AgentWaitKind.Group, agent.Goal.ConcurrencyGroup, now.Utc)),
            AgentStage.WaitingForClaims => (AgentState.Idle, AgentClaims.WaitOf(agent, now)),
            AgentStage.BetweenAttempts => (AgentState.Idle, new AgentWait(AgentWaitKind.Retry, Target: null, now.Utc)),
            AgentStage.Ready => (AgentState.Idle, new AgentWait(AgentWaitKind.Slot, Target: null, now.Utc)),
            _ => (AgentState.Waiting, agent.Attempt!.Parked is null ? agent.Attempt.FirstOpenWaitLocked() : new AgentWait(AgentWaitKind.Slot, Target: null, now.Utc)),
        };
        scheduler.RecordLocked(agent, new AgentResumed(0, now.Utc, state, wait) { Origin = agent.Origin }, ref outbox);
        if (agent.Stage == AgentStage.Ready || agent.Attempt?.Parked is not null)
        {
            scheduler.EnqueueLocked(agent, toOldPlace: true, now);
            scheduler.FillSlotsLocked(now, ref outbox);
        }

        return true;
    }
}
