using AgentOrchestration.Durability;
using AgentOrchestration.Goals;

namespace AgentOrchestration.Scheduling;

/// <summary>What attempts that go on after a crash did before: looked up by the keys of their steps. Code that now does something else in a step is told from code that does the same again.</summary>
internal sealed class StepRecall(AgentScheduler scheduler)
{
    /// <summary>Gives an agent that was taken over from the store back what it had.</summary>
    public void RestoreLocked(AgentInstance agent, RecordedAgent recorded, ref Outbox outbox)
    {
        agent.Restore(recorded.IsInAttempt ? recorded.Attempts - 1 : recorded.Attempts);
        var extras = agent.EnsureExtras();
        extras.Received = recorded.ReceivedBefore;
        foreach (var message in recorded.Messages.Skip(recorded.ReceivedBefore))
        {
            extras.Mailbox.Enqueue(message);
        }

        extras.Checkpoint = recorded.Checkpoint?.Value;
        if (recorded.Usage + recorded.UsageBelow is var used && used != AgentUsage.None)
        {
            agent.EnsureAccountLocked().Restore(used);
        }

        if (recorded.IsInAttempt)
        {
            foreach (var (key, operation) in recorded.Operations)
            {
                if (operation is { Approval: { } request, Answered: null })
                {
                    scheduler.Approvals.RestoreLocked(agent, request, key, ref outbox);
                }
            }
        }
    }

    /// <summary>What is recorded of a step; null if it is done for the first time.</summary>
    public static RecordedOperation? Find(AgentActivity activity, string key)
    {
        var operation = activity.Recorded?.Operations.GetValueOrDefault(key);
        operation?.IsUsed = true;
        return operation;
    }

    /// <summary>The checkpoint that an activity loads is that of the store: what it does next has the keys that it had after it, and what it had read by then is read.</summary>
    public static void LoadedLocked(AgentActivity activity, RecordedAgent recorded)
    {
        var extras = activity.Agent.Extras!;
        if (recorded.Checkpoint is not { } checkpoint || !ReferenceEquals(extras.Checkpoint, checkpoint.Value)
            || StepKey.NumberOf(checkpoint.Key, activity.Attempt, activity.Path) is not { } steps)
        {
            return;
        }

        activity.ContinueAt(Math.Max(steps, activity.Steps));
        while (extras.Received < checkpoint.Received && extras.Mailbox.TryDequeue(out _))
        {
            extras.Received++;
        }
    }

    /// <summary>What came of a tool before; null if it is to run, for the first time or again.</summary>
    /// <exception cref="RecordedToolException">It threw before.</exception>
    public ToolCallResult? FindTool(AgentActivity activity, string key, ToolCall call)
    {
        if (Find(activity, key) is not { } known)
        {
            Missing(activity, key, $"the tool '{call.Tool}'");
            return null;
        }

        var tool = known.ToolStarted?.Tool ?? known.ToolEnded?.Tool;
        if (tool is null && StepKey.ForApproval(key) is var approval && Find(activity, approval) is not null)
        {
            // It got as far as asking.
            return null;
        }

        if (!string.Equals(tool, call.Tool, StringComparison.Ordinal)
            || (known.ToolStarted is { } started && !string.Equals(started.Arguments, ToolRunner.ArgumentsOf(call), StringComparison.Ordinal)))
        {
            Diverged(activity, key, tool is null ? "another step" : $"the tool '{tool}'", $"the tool '{call.Tool}'");
            return null;
        }

        switch (known.ToolEnded)
        {
            case { Outcome: ToolCallOutcome.Succeeded or ToolCallOutcome.Refused } ended:
                return new ToolCallResult(ended.Outcome, ended.Result ?? "", ended.IsCut);
            case { Outcome: ToolCallOutcome.Failed }:
                throw new RecordedToolException(call.Tool, known.ToolError?.Type, known.ToolError?.Message);
            default:
                // It was under way: at the crash, or when it was cancelled.
                ThrowIfReplayed(activity, key, $"the tool '{call.Tool}', which did not end,", $"the tool '{call.Tool}'");
                return call.IsIdempotent
                    ? null
                    : new ToolCallResult(
                        ToolCallOutcome.Unknown,
                        $"It is not known whether this call of {call.Tool} took effect: the process ended while it ran. It was not run again. Find out what is there before you go on.",
                        IsCut: false);
        }
    }

    /// <summary>The value of a step; null if it is to be done, for the first time or again.</summary>
    public RecordedStep? FindStep(AgentActivity activity, string key, string name)
    {
        if (Find(activity, key) is not { } known)
        {
            Missing(activity, key, $"the step '{name}'");
            return null;
        }

        if (known.Step is not { } step || !string.Equals(step.Name, name, StringComparison.Ordinal))
        {
            Diverged(activity, key, known.Step is null ? "another step" : $"the step '{known.Step.Name}'", $"the step '{name}'");
            return null;
        }

        return step;
    }

    /// <summary>How a request for approval was closed before; null if it is open or was not made.</summary>
    public ApprovalAnswered? FindAnswer(AgentActivity activity, string key, string action)
    {
        if (activity.Recorded is null)
        {
            return null;
        }

        if (Find(activity, key) is not { Approval: { } request } known)
        {
            Missing(activity, key, "an approval");
            return null;
        }

        if (!string.Equals(request.Action, action, StringComparison.Ordinal))
        {
            Diverged(activity, key, "an approval of something else", "an approval");
            return null;
        }

        if (known.Answered is null)
        {
            ThrowIfReplayed(activity, key, "an approval that nobody answered", "an approval");
        }

        return known.Answered;
    }

    /// <summary>The child that a step spawned before, or that has the goal's idempotency key: with its result, or going on from what is recorded; null if there is none.</summary>
    public ChildAgent? FindChild(AgentActivity activity, string key, AgentGoal goal, IAgent? agent, GuardLoan? lend)
    {
        if (activity.Recorded is not { } recorded)
        {
            return null;
        }

        GoalValidator.ThrowIfPlanned(goal);
        if (TakeChild(recorded, key, goal) is not { } child)
        {
            Missing(activity, key, "a child");
            return null;
        }

        if (child.Result is { } result)
        {
            return new ChildAgent(child.Id, activity.Id, Task.FromResult(result));
        }

        var code = agent is null ? scheduler.Intake.FindCode(child.Agent) : new AgentCode(agent);
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        AgentInstance restored;
        lock (scheduler.Gate)
        {
            activity.AttemptOfActivity.ThrowIfEndedLocked();
            restored = scheduler.Intake.RestoreLocked(child, code, activity.AttemptOfActivity, now, ref outbox, lend);
            scheduler.FillSlotsLocked(now, ref outbox);
        }

        scheduler.Flush(outbox);
        return activity.ChildOf(restored);
    }

    /// <summary>What was delegated in this step; null if nothing was.</summary>
    public RecordedAgent? FindDelegated(AgentActivity activity, RecordedAgent recorded, string key, AgentGoal goal)
    {
        var child = TakeChild(recorded, key, goal);
        if (child is null)
        {
            Missing(activity, key, "a delegation");
        }

        return child;
    }

    /// <summary>The run that was started in this step, which is no longer among those that nobody asked for; null if none was.</summary>
    public RecordedRun? TakeRun(AgentActivity activity, string key)
    {
        if (activity.Recorded is not { } recorded)
        {
            return null;
        }

        RecordedRun? run;
        lock (scheduler.Gate)
        {
            recorded.Runs.Remove(key, out run);
        }

        if (run is null)
        {
            Missing(activity, key, "a run");
        }

        return run;
    }

    /// <summary>The child of this step or key, which is no longer among those that nobody asked for.</summary>
    public RecordedAgent? TakeChild(RecordedAgent recorded, string key, AgentGoal goal)
    {
        lock (scheduler.Gate)
        {
            var found = goal.IdempotencyKey is { } own
                ? recorded.Children.FirstOrDefault(child => string.Equals(child.Value.Goal.IdempotencyKey, own, StringComparison.Ordinal)).Key
                : recorded.Children.TryGetValue(key, out var same) && IsSame(same.Goal, goal) ? key : null;
            return found is not null && recorded.Children.Remove(found, out var child) ? child : null;
        }
    }

    /// <summary>Adds goals to the run, unless this step did that before.</summary>
    public void AddGoals(AgentActivity activity, string key, PlannedRun run, IReadOnlyList<AgentGoal> goals)
    {
        if (Find(activity, key) is { HasAddedGoals: true })
        {
            return;
        }

        Missing(activity, key, "an addition of goals");
        run.AddGoals(goals, StepKey.ForRun(activity.Id, key));
    }

    public void ToolThrew(AgentActivity activity, string key, Exception exception)
    {
        if (scheduler.Journal is not { } journal)
        {
            return;
        }

        var now = scheduler.Now();
        lock (scheduler.Gate)
        {
            if (!activity.AttemptOfActivity.Closed)
            {
                journal.RecordToolErrorLocked(activity.Agent, key, exception, now);
            }
        }
    }

    private static bool IsSame(AgentGoal recorded, AgentGoal asked) =>
        string.Equals(recorded.Description, asked.Description, StringComparison.Ordinal)
        && string.Equals(recorded.Agent, asked.Agent, StringComparison.Ordinal)
        && recorded.IdempotencyKey is null;

    // The code does something else in a step than before the crash: it was changed, or is not the same each time. What it did before no longer counts for it.
    private void Diverged(AgentActivity activity, string key, string recorded, string asked)
    {
        scheduler.Telemetry.Diverged(activity.Agent, key);
        ThrowIfReplayed(activity, key, recorded, asked);
    }

    // It goes on where the record ends; in a replay there is nothing beyond it.
    private void Missing(AgentActivity activity, string key, string asked) => ThrowIfReplayed(activity, key, recorded: null, asked);

    private void ThrowIfReplayed(AgentActivity activity, string key, string? recorded, string asked)
    {
        if (scheduler.Replay is { } replay && activity.Recorded is { } record)
        {
            // One that was never finished is not different because it comes to the end of what is recorded.
            throw replay.Differs(activity.Id, activity.Agent.Name, key, recorded, asked, counts: record.ReplayedResult is not null);
        }
    }
}
