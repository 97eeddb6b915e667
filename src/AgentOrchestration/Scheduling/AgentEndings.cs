using AgentOrchestration.Agents;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>How attempts and agents end: decided once, carried out at once for those that have no attempt, and after their code has unwound for the others. Works under the scheduler's gate.</summary>
internal sealed class AgentEndings(AgentScheduler scheduler, AgentOrchestrationOptions options)
{
    private const string ParentEnded = "its parent ended";

    /// <summary>Attempts whose code was given up and has not ended.</summary>
    public int Detached { get; private set; }

    public void StartLimitsLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        if (scheduler.Replay is not null)
        {
            // What is run again is over, and its times with it.
            return;
        }

        if (agent.Goal.Deadline is { } deadline && deadline > now.Utc)
        {
            StartDeadlineLocked(agent, deadline, now, ref outbox);
        }

        if (agent.Goal.Timeouts.Queue is { } limit && agent.Life.Attempt == 0 && agent.Extras?.Recorded is not { Attempts: > 0 })
        {
            StartQueueTimeoutLocked(agent, limit, agent.Spawned, ref outbox);
        }
    }

    /// <summary>The agent came after its deadline: it ends without starting.</summary>
    public void DeadlinePassedLocked(AgentInstance agent, Instant now, ref Outbox outbox) => DecideLocked(agent, DeadlinePassed(agent.Goal.Deadline!.Value), now, ref outbox);

    public bool Cancel(AgentId id, string? reason) => scheduler.Registry.Find(id) is { } agent && Decide(agent, AgentEnding.Cancelled(reason));

    /// <summary>Fails an agent that waits for what it needs before it starts, and will never get it.</summary>
    public void FailBeforeStart(AgentInstance agent, AgentStage stage, AgentError error)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (agent.Stage == stage)
            {
                DecideLocked(agent, new AgentEnding(error, Reason: null), now, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }

    /// <summary>What was done can no longer be kept: ends everything, or what belongs to one stream.</summary>
    public void StoreFailed(string? stream)
    {
        var ending = AgentEnding.Failed(AgentErrorCodes.StoreFailed, "The store failed, so what the agent does can no longer be kept. It goes on from what was recorded where the store is opened again.");
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            scheduler.StartNobodyLocked(isOn: true);
            foreach (var agent in scheduler.Registry.LiveAgentsLocked().Where(agent => stream is null || string.Equals(AgentJournal.StreamOf(agent), stream, StringComparison.Ordinal)))
            {
                DecideLocked(agent, ending, now, ref outbox);
            }

            foreach (var run in scheduler.Registry.PlannedRunsLocked().Where(run => stream is null || string.Equals(AgentJournal.StreamOf(run), stream, StringComparison.Ordinal)))
            {
                run.CancelLocked("the store failed", now, ref outbox);
            }

            scheduler.StartNobodyLocked(isOn: false);
            scheduler.FillSlotsLocked(now, ref outbox);
        }

        scheduler.Flush(outbox);
    }

    public int CancelAll(string? reason)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        var decided = 0;
        lock (scheduler.Gate)
        {
            // All at once, so that none of the queued ones starts in between; children are on the list themselves.
            scheduler.StartNobodyLocked(isOn: true);
            foreach (var run in scheduler.Registry.PlannedRunsLocked())
            {
                decided += run.CancelLocked(reason, now, ref outbox);
            }

            foreach (var agent in scheduler.Registry.LiveAgentsLocked())
            {
                decided += DecideLocked(agent, AgentEnding.Cancelled(reason), now, ref outbox);
            }

            scheduler.StartNobodyLocked(isOn: false);
            scheduler.FillSlotsLocked(now, ref outbox);
        }

        scheduler.Flush(outbox);
        return decided;
    }

    /// <summary>If the code of the activity returned without awaiting a wait or its own activities, fails the attempt, so that they unwind.</summary>
    /// <param name="activity">The activity.</param>
    /// <param name="thrown">What the code threw, if it did: then that says more.</param>
    public (AgentError Error, Task Join)? FailIfAbandoned(AgentActivity activity, AgentError? thrown = null)
    {
        if (!activity.IsBusy)
        {
            return null;
        }

        var error = thrown ?? new AgentError(AgentErrorCodes.AgentFailed, "The agent returned before a wait or RunConcurrentlyAsync that it had begun was over; await what the context gives.");
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        Task join;
        lock (scheduler.Gate)
        {
            join = Task.WhenAll([activity.IsJoining ? activity.Join ?? Task.CompletedTask : Task.CompletedTask, activity.WhenWaitOver()]);
            FailAttemptLocked(activity.AttemptOfActivity, error, now, ref outbox);
        }

        scheduler.Flush(outbox);
        return (error, join);
    }

    /// <summary>Cancels the children that have not ended.</summary>
    public IReadOnlyList<AgentInstance> CancelChildren(Attempt attempt)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        AgentInstance[] children;
        lock (scheduler.Gate)
        {
            children = [.. attempt.Children ?? []];
            CancelChildrenLocked(attempt, now, ref outbox);
        }

        scheduler.Flush(outbox);
        return children;
    }

    /// <summary>Ends when the runs that the attempt started have ended; they were cancelled with its children.</summary>
    public Task WhenRunsEnded(Attempt attempt)
    {
        lock (scheduler.Gate)
        {
            return Task.WhenAll(attempt.Runs?.Select(static run => run.Ended) ?? []);
        }
    }

    /// <summary>How long until a timeout of the attempt can run out; null if it cannot now.</summary>
    public TimeSpan? TimeUntilExpiry(Attempt attempt)
    {
        var now = scheduler.Now();
        lock (scheduler.Gate)
        {
            return attempt.Agent.HasSlot && !attempt.IsUnwinding ? attempt.Clock!.Check(now.Ticks, Volatile.Read(ref attempt.Agent.LastSign)).Remaining : null;
        }
    }

    /// <summary>Fails the attempt if a timeout of it has run out.</summary>
    /// <returns>Whether there is nothing more to watch for now.</returns>
    public bool ExpireAttempt(Attempt attempt)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (attempt.IsUnwinding || !attempt.Agent.HasSlot)
            {
                return true;
            }

            if (attempt.Clock!.Check(now.Ticks, Volatile.Read(ref attempt.Agent.LastSign)).Expired is not { } error)
            {
                return false;
            }

            FailAttemptLocked(attempt, error, now, ref outbox);
        }

        scheduler.Flush(outbox);
        return true;
    }

    /// <summary>The code of the attempt has ended: ends the attempt. If that came too late, its outcome is dropped.</summary>
    /// <returns>False if something of it is still alive, which must be tied up first.</returns>
    public bool TryClose(Attempt attempt, in AttemptOutcome outcome)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        var holdsNothing = false;
        lock (scheduler.Gate)
        {
            if (attempt.Closed)
            {
                DetachedEndedLocked(attempt.Agent, ref outbox);
            }
            else if (attempt.HasLooseEnds)
            {
                return false;
            }
            else
            {
                attempt.Closed = true;
                holdsNothing = attempt.Body.LockOwnerOrNull is null && attempt.Forks is null && attempt.Agent.Extras is not { Claims: not null };
                if (holdsNothing)
                {
                    FinishLocked(attempt, outcome, now, ref outbox);
                }
            }
        }

        scheduler.Flush(outbox);
        if (!holdsNothing && !attempt.Detached)
        {
            Finish(attempt, outcome);
        }

        return true;
    }

    private void DetachedEndedLocked(AgentInstance agent, ref Outbox outbox)
    {
        Detached--;
        outbox.Do(() => scheduler.Telemetry.DetachedEnded(agent));
    }

    // Methods of their own, since a method that may make a closure makes it on entry.
    private void StartDeadlineLocked(AgentInstance agent, DateTimeOffset deadline, Instant now, ref Outbox outbox)
    {
        var timer = new OneShotTimer(scheduler.Time, now, deadline - now.Utc, _ => Decide(agent, DeadlinePassed(deadline)));
        agent.EnsureExtras().DeadlineTimer = timer;
        outbox.Do(timer.Start);
    }

    private void StartQueueTimeoutLocked(AgentInstance agent, TimeSpan limit, Instant now, ref Outbox outbox)
    {
        var timer = new OneShotTimer(scheduler.Time, now, limit, _ => Decide(agent, AgentEnding.Failed(AgentErrorCodes.QueueTimeout, $"The agent did not start within its queue timeout of {limit}."), onlyBeforeStart: true));
        agent.EnsureExtras().QueueTimer = timer;
        outbox.Do(timer.Start);
    }

    private static AgentEnding DeadlinePassed(DateTimeOffset deadline) => AgentEnding.Failed(AgentErrorCodes.DeadlineExceeded, $"The deadline of {deadline:O} passed.");

    private bool Decide(AgentInstance agent, AgentEnding ending, bool onlyBeforeStart = false)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        bool decided;
        lock (scheduler.Gate)
        {
            decided = !(onlyBeforeStart && agent.Life.Attempt > 0) && DecideLocked(agent, ending, now, ref outbox) > 0;
        }

        scheduler.Flush(outbox);
        return decided;
    }

    /// <summary>Decides how the agent ends, unless that is decided.</summary>
    /// <returns>How many agents end because of this, children included.</returns>
    public int DecideLocked(AgentInstance agent, AgentEnding ending, Instant now, ref Outbox outbox)
    {
        if (agent.Stage == AgentStage.Ended || agent.Ending is not null)
        {
            return 0;
        }

        agent.Ending = ending;
        AgentPauses.CloseLocked(agent, ref outbox);
        if (agent.Stage != AgentStage.InAttempt)
        {
            scheduler.EndLocked(agent, TerminalLocked(agent, attempt: null, new AttemptOutcome(Output: null, Error: null), now), now, ref outbox);
            return 1;
        }

        scheduler.Journal?.RecordEndingLocked(agent, ending, now);
        return 1 + UnwindLocked(agent.Attempt!, now, ref outbox);
    }

    private void FailAttemptLocked(Attempt attempt, AgentError error, Instant now, ref Outbox outbox)
    {
        if (!attempt.IsUnwinding)
        {
            attempt.Failure = error;
            UnwindLocked(attempt, now, ref outbox);
        }
    }

    // Lets every wait of the attempt end at once, without a slot, and gives its code a last while.
    private int UnwindLocked(Attempt attempt, Instant now, ref Outbox outbox)
    {
        if (attempt.Closed || attempt.GraceTimer is not null)
        {
            return 0;
        }

        attempt.Agent.Line?.Remove(attempt.Agent);
        attempt.UnparkLocked(ref outbox);
        if (attempt.Agent.Party is { } party)
        {
            scheduler.Locks.Unwind(party);
        }

        attempt.GraceTimer = new OneShotTimer(scheduler.Time, now, options.CancellationGracePeriod, _ => Detach(attempt));
        outbox.Do(attempt.GraceTimer.Start);
        outbox.Do(attempt.SignalCancel);
        return CancelChildrenLocked(attempt, now, ref outbox);
    }

    private int CancelChildrenLocked(Attempt attempt, Instant now, ref Outbox outbox)
    {
        var decided = 0;
        foreach (var run in attempt.Runs?.ToArray() ?? [])
        {
            decided += run.CancelLocked(ParentEnded, now, ref outbox);
        }

        // A copy: a child that has not started ends here and leaves the set.
        foreach (var child in attempt.Children?.ToArray() ?? [])
        {
            decided += DecideLocked(child, AgentEnding.Cancelled(ParentEnded), now, ref outbox);
        }

        return decided;
    }

    // The grace period is over and the code still runs: it is left behind, with neither slot nor guards.
    private void Detach(Attempt attempt)
    {
        AgentInstance[] children;
        lock (scheduler.Gate)
        {
            if (attempt.Closed)
            {
                return;
            }

            attempt.Closed = true;
            attempt.Detached = true;
            Detached++;
            children = [.. attempt.Children ?? []];
        }

        scheduler.Telemetry.Detached(attempt.Agent);

        // Its children were cancelled when it was, so they end or are detached now too.
        _ = Task.WhenAll(children.Select(static child => child.Completion)).ContinueWith(
            _ => Finish(attempt, new AttemptOutcome(Output: null, Error: null)),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    // Guards first, then the terminal record, then the completion (law 1).
    private void Finish(Attempt attempt, in AttemptOutcome outcome)
    {
        ReleaseGuards(attempt);
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            FinishLocked(attempt, outcome, now, ref outbox);
        }

        scheduler.Flush(outbox);
    }

    private void FinishLocked(Attempt attempt, in AttemptOutcome outcome, Instant now, ref Outbox outbox)
    {
        var agent = attempt.Agent;
        if (agent.Extras?.Account is { } account)
        {
            outbox.Do(account.CloseCalls);
        }

        if (attempt.HeldOutput.Length > 0)
        {
            scheduler.RecordLocked(agent, new AgentOutputProduced(0, now.Utc, attempt.HeldOutput) { Origin = agent.Origin }, ref outbox);
        }

        if (agent.Extras is { Recorded: { } recorded } extras)
        {
            // It goes on no more from what it had; what comes next begins anew.
            scheduler.Approvals.WithdrawLocked(agent, now, ref outbox);
            scheduler.Journal?.RecordUnclaimedLocked(recorded, agent, now);
            extras.Recorded = null;
            extras.Requests = null;
        }

        if (attempt.GraceTimer is { } timer)
        {
            outbox.Do(timer.Stop);
        }

        if (attempt.Clock is { } clock)
        {
            outbox.Do(clock.Stop);
        }

        if (agent.Ending is null && (attempt.Failure ?? outcome.Error) is { } error && MayRetry(attempt, error))
        {
            RetryLocked(attempt, error, now, ref outbox);
        }
        else
        {
            scheduler.EndLocked(agent, TerminalLocked(agent, attempt, outcome, now), now, ref outbox);
        }
    }

    private void ReleaseGuards(Attempt attempt)
    {
        var end = attempt.Detached ? HoldEnd.OwnerDetached : HoldEnd.OwnerEnded;
        if (attempt.Body.LockOwnerOrNull is { } owner)
        {
            scheduler.Locks.ReleaseAll(owner, end);
        }

        AgentActivity[] forks;
        Action? claimsReleased;
        lock (scheduler.Gate)
        {
            forks = [.. attempt.Forks ?? []];
            claimsReleased = scheduler.Claims.ReleaseLocked(attempt.Agent, end);
        }

        claimsReleased?.Invoke();
        attempt.Body.Tool?.GiveBack();

        // Forks are left only where the code was detached.
        foreach (var fork in forks)
        {
            fork.Tool?.GiveBack();
            if (fork.LockOwnerOrNull is { } forkOwner)
            {
                scheduler.Locks.ReleaseAll(forkOwner, end);
            }
        }
    }

    private static bool MayRetry(Attempt attempt, AgentError error)
    {
        var policy = attempt.Agent.Goal.Retry;
        return attempt.Number < policy.MaxAttempts
            && error.Code != AgentErrorCodes.BudgetExceeded
            && (policy.RetriedCodes is null || policy.RetriedCodes.Contains(error.Code, StringComparer.Ordinal))
            && (!attempt.Detached || policy.RetryDetached);
    }

    private void RetryLocked(Attempt attempt, AgentError error, Instant now, ref Outbox outbox)
    {
        var agent = attempt.Agent;
        var delay = RetryDelay.After(attempt.Number, agent.Goal.Retry, Random.Shared.NextDouble());
        scheduler.RecordLocked(agent, new AgentRetrying(0, now.Utc, error, attempt.Number, delay) { Origin = agent.Origin }, ref outbox);
        scheduler.ReleaseSlotLocked(agent, now);
        agent.Stage = AgentStage.BetweenAttempts;
        agent.Attempt = null;
        if (agent.Party is { } party)
        {
            scheduler.Locks.Reset(party);
        }

        if (agent.PauseRequested)
        {
            scheduler.Pauses.PausedLocked(agent, now, ref outbox);
        }

        WaitForRetryLocked(agent, delay, now, ref outbox);
        scheduler.FillSlotsLocked(now, ref outbox);
    }

    /// <summary>The agent's next attempt is due after this long.</summary>
    public void WaitForRetryLocked(AgentInstance agent, TimeSpan delay, Instant now, ref Outbox outbox)
    {
        agent.Stage = AgentStage.BetweenAttempts;
        var timer = new OneShotTimer(scheduler.Time, now, delay, fired => RetryDue(agent, fired));
        agent.EnsureExtras().RetryTimer = timer;
        outbox.Do(timer.Start);
    }

    private void RetryDue(AgentInstance agent, OneShotTimer timer)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (agent.Stage == AgentStage.BetweenAttempts && agent.Extras!.RetryTimer == timer)
            {
                scheduler.StampLocked(agent, now);
                scheduler.Intake.AdmitLocked(agent, now, ref outbox);
                scheduler.FillSlotsLocked(now, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }

    private AgentEvent TerminalLocked(AgentInstance agent, Attempt? attempt, in AttemptOutcome outcome, Instant now)
    {
        var error = agent.Ending is { } ending ? ending.Error : attempt?.Failure ?? outcome.Error;
        var state = agent.Ending is { Error: null } ? AgentState.Cancelled : error is null ? AgentState.Completed : AgentState.Failed;
        var result = new AgentResult
        {
            Id = agent.Id,
            Goal = agent.Goal,
            State = state,
            Output = outcome.Output ?? attempt?.OutputSoFarLocked(),
            Error = error,
            CancelReason = agent.Ending?.Reason,
            Criteria = VerdictsLocked(agent.Goal, attempt),
            Duration = scheduler.Time.GetElapsedTime(agent.Spawned.Ticks, Math.Max(now.Ticks, agent.Spawned.Ticks)),
            Attempts = agent.Life.Attempt,
            Usage = agent.Extras?.Account?.Used(now.Ticks) ?? AgentUsage.None,
            Detached = attempt?.Detached ?? false,
        };
        return state switch
        {
            AgentState.Completed => new AgentCompleted(0, now.Utc, result) { Origin = agent.Origin },
            AgentState.Failed => new AgentFailed(0, now.Utc, error!, result) { Origin = agent.Origin },
            _ => new AgentCancelled(0, now.Utc, agent.Ending!.Reason, result) { Origin = agent.Origin },
        };
    }

    private static CriterionResult[] VerdictsLocked(AgentGoal goal, Attempt? attempt)
    {
        if (goal.SuccessCriteria.Count == 0)
        {
            return [];
        }

        var verdicts = new CriterionResult[goal.SuccessCriteria.Count];
        for (var i = 0; i < verdicts.Length; i++)
        {
            verdicts[i] = attempt?.Verdicts?[i] ?? new CriterionResult(goal.SuccessCriteria[i], CriterionVerdict.Unchecked);
        }

        return verdicts;
    }
}
