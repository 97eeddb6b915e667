using AgentOrchestration.Agents;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// Law 2: a slot belongs to work, not to waiting. Counts the running activities of each attempt, takes the slot when the last one waits, and lets those whose wait has ended
/// go on once the agent has a slot again. Works under the scheduler's gate.
/// </summary>
internal sealed class ActivityWaits(AgentScheduler scheduler)
{
    /// <summary>A call on a context is a sign of life, and an error after the attempt.</summary>
    public Attempt EnsureOpen(Attempt attempt)
    {
        Volatile.Write(ref attempt.Agent.LastSign, scheduler.Time.GetTimestamp());
        return attempt.Closed ? throw attempt.EndedError() : attempt;
    }

    /// <summary>The activity waits from here on; the slot goes back if it was the last that ran.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="kind">For what.</param>
    /// <param name="target">Which one.</param>
    /// <param name="edge">Its edge in the wait-for graph, if it waits for other agents. Whoever began the wait takes it out again.</param>
    /// <exception cref="ResourceDeadlockException">The wait would never end; it has not begun.</exception>
    public void Begin(AgentActivity activity, AgentWaitKind kind, string? target, PartyWait? edge = null)
    {
        var attempt = activity.AttemptOfActivity;
        EnsureOpen(attempt);
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            attempt.ThrowIfEndedLocked();
            ThrowIfBusyLocked(activity);
            if (edge is not null)
            {
                scheduler.Locks.BeginWait(edge);
            }

            activity.OpenWait = new AgentWait(kind, target, now.Utc);
            activity.WaitBegan();
            StopRunningLocked(attempt, activity.OpenWait, now, ref outbox);
        }

        scheduler.Flush(outbox);
    }

    /// <summary>What the activity waits for has been decided, and its code will hear of it soon. It asks for its slot now: whoever hands a lock over may free a slot next,
    /// and that is not for an agent that has not started.</summary>
    public void LockWaitOver(AgentActivity activity)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            // Otherwise it was granted before the wait began, which then ends by itself.
            if (activity is { OpenWait.Kind: AgentWaitKind.Resource, Readmission: null })
            {
                activity.OpenWait = null;
                activity.Readmission = ContinueLocked(activity.AttemptOfActivity, now, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }

    /// <summary>The activity's wait is over; completes when it may go on.</summary>
    /// <returns>False, at once and without a slot, if the attempt is ending.</returns>
    public async ValueTask<bool> EndAsync(AgentActivity activity)
    {
        var attempt = activity.AttemptOfActivity;
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        Task mayGoOn;
        lock (scheduler.Gate)
        {
            activity.OpenWait = null;
            mayGoOn = activity.Readmission ?? ContinueLocked(attempt, now, ref outbox);
            activity.Readmission = null;
        }

        scheduler.Flush(outbox);
        await mayGoOn.ConfigureAwait(false);
        activity.WaitEnded();
        return !attempt.IsUnwinding;
    }

    /// <summary>The edge of the wait-for graph from an agent to those it is about to wait for; null if the wait is over for certain.</summary>
    public ChildWait? EdgeTo(AgentInstance agent, IReadOnlyList<AgentId> awaited, bool all)
    {
        lock (scheduler.Gate)
        {
            var parties = new List<WaitParty>(awaited.Count);
            foreach (var id in awaited)
            {
                // One that has been forgotten has ended, so it keeps nobody waiting.
                if (scheduler.Registry.FindLocked(id) is { } other)
                {
                    parties.Add(other.EnsureParty());
                }
                else if (!all)
                {
                    return null;
                }
            }

            return new ChildWait(agent.EnsureParty(), parties, all);
        }
    }

    /// <summary>Parks the activity if the agent is to pause.</summary>
    public ValueTask PausePointAsync(AgentActivity activity)
    {
        var attempt = EnsureOpen(activity.AttemptOfActivity);
        return Volatile.Read(ref attempt.Agent.PauseRequested) || attempt.IsUnwinding ? activity.WaitAsync(AgentWaitKind.Resume, target: null, Task.CompletedTask) : ValueTask.CompletedTask;
    }

    public async ValueTask ForkAndJoinAsync(AgentActivity parent, IReadOnlyList<Func<AgentContext, CancellationToken, Task>> activities)
    {
        var attempt = EnsureOpen(parent.AttemptOfActivity);
        if (activities.Count == 0)
        {
            return;
        }

        var forks = new AgentActivity[activities.Count];
        lock (scheduler.Gate)
        {
            attempt.ThrowIfEndedLocked();
            ThrowIfBusyLocked(parent);
            parent.IsJoining = true;
            var step = parent.NextStepNumber();
            for (var i = 0; i < forks.Length; i++)
            {
                forks[i] = new AgentActivity(attempt, parent) { Step = (step, i) };
                (attempt.Forks ??= []).Add(forks[i]);
            }

            // The parent, which runs, does not count while it joins.
            attempt.ActiveActivities += forks.Length - 1;
            attempt.ActivityCount += forks.Length - 1;
            if (attempt.Agent.Party is { } party)
            {
                scheduler.Locks.AddActivities(party, forks.Length - 1);
            }
        }

        var tasks = new Task[forks.Length];
        for (var i = 0; i < forks.Length; i++)
        {
            var (fork, run) = (forks[i], activities[i]);
            tasks[i] = Task.Run(() => RunForkAsync(fork, run), CancellationToken.None);
        }

        // The last fork to end has handed its place among the running over to the parent. If some threw, the first to do so is thrown here.
        parent.Join = Task.WhenAll(tasks);
        await parent.JoinAsync(parent.Join).ConfigureAwait(false);
    }

    private async Task RunForkAsync(AgentActivity fork, Func<AgentContext, CancellationToken, Task> run)
    {
        AgentActivity.Current = fork;
        try
        {
            await run(fork, fork.CancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (scheduler.Endings.FailIfAbandoned(fork) is { } abandoned)
            {
                await abandoned.Join.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (fork.LockOwnerOrNull is { } owner)
            {
                scheduler.Locks.ReleaseAll(owner);
            }

            EndFork(fork);
        }
    }

    private void EndFork(AgentActivity fork)
    {
        var attempt = fork.AttemptOfActivity;
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            attempt.Forks!.Remove(fork);
            if (!attempt.Forks.Exists(other => other.Parent == fork.Parent))
            {
                fork.Parent!.IsJoining = false;
            }
            else if (!attempt.Closed)
            {
                attempt.ActivityCount--;
                if (attempt.Agent.Party is { } party && scheduler.Locks.EndActivity(party) is { } refuse)
                {
                    outbox.Do(refuse);
                }

                StopRunningLocked(attempt, attempt.FirstOpenWaitLocked(), now, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }

    // An activity no longer runs. If it was the last, the agent waits, or is paused if that was asked.
    private void StopRunningLocked(Attempt attempt, AgentWait? wait, Instant now, ref Outbox outbox)
    {
        var agent = attempt.Agent;
        attempt.ActiveActivities--;
        if (attempt.ActiveActivities > 0 || attempt.IsUnwinding)
        {
            return;
        }

        scheduler.ReleaseSlotLocked(agent, now);
        if (agent.PauseRequested)
        {
            scheduler.Pauses.PausedLocked(agent, now, ref outbox);
        }
        else
        {
            // Parked activities alone wait for nothing but a slot.
            scheduler.RecordLocked(agent, new AgentWaiting(0, now.Utc, wait ?? new AgentWait(AgentWaitKind.Slot, Target: null, now.Utc)) { Origin = agent.Origin }, ref outbox);
        }

        scheduler.FillSlotsLocked(now, ref outbox);
    }

    private Task ContinueLocked(Attempt attempt, Instant now, ref Outbox outbox)
    {
        var agent = attempt.Agent;
        if (attempt.IsUnwinding || (agent.HasSlot && !agent.PauseRequested))
        {
            attempt.ActiveActivities++;
            return Task.CompletedTask;
        }

        var parked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (attempt.Parked is not null)
        {
            attempt.Parked.Add(parked);
            return parked.Task;
        }

        // The first to park asks for the slot, or for the place that it takes when the agent is resumed.
        attempt.Parked = [parked];
        scheduler.StampLocked(agent, now);
        if (!agent.PauseRequested)
        {
            scheduler.EnqueueLocked(agent, toOldPlace: false, now);
            scheduler.FillSlotsLocked(now, ref outbox);
            if (!agent.HasSlot)
            {
                scheduler.RecordLocked(agent, new AgentWaiting(0, now.Utc, new AgentWait(AgentWaitKind.Slot, Target: null, now.Utc)) { Origin = agent.Origin }, ref outbox);
            }
        }

        return parked.Task;
    }

    private static void ThrowIfBusyLocked(AgentActivity activity)
    {
        if (activity.HasWait)
        {
            throw new InvalidOperationException(
                $"This activity of agent {activity.Id} already waits ({activity.OpenWait?.Kind ?? AgentWaitKind.Slot}). One flow of control waits for one thing at a time: use RunConcurrentlyAsync for several flows, or WaitForAllAsync, WaitForAnyAsync or AcquireAllAsync for several things.");
        }

        if (activity.IsJoining)
        {
            throw new InvalidOperationException($"This activity of agent {activity.Id} is joining the ones it forked with RunConcurrentlyAsync; within them use the context that each of them is given.");
        }
    }
}
