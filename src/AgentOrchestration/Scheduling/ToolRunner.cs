using System.Globalization;
using AgentOrchestration.Budgets;
using AgentOrchestration.Durability;
using AgentOrchestration.Internal;

namespace AgentOrchestration.Scheduling;

/// <summary>Runs the tools of agents, always in this order: budget, approval, resources, permit, run, cut, record.</summary>
internal sealed class ToolRunner(AgentScheduler scheduler, int maxConcurrentTools)
{
    private readonly ToolPermits _permits = new(maxConcurrentTools);
    private long _calls;

    public async ValueTask<ToolCallResult> RunAsync(AgentActivity activity, ToolCall call, Func<AgentContext, CancellationToken, ValueTask<string>> run, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return await RunUntilAsync(activity, call, run, activity.CancellationToken).ConfigureAwait(false);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(activity.CancellationToken, cancellationToken);
        return await RunUntilAsync(activity, call, run, stop.Token).ConfigureAwait(false);
    }

    /// <summary>The wait of a tool is over: it takes its permit again before it goes on.</summary>
    public async ValueTask ResumeAsync(AgentActivity activity, RunningTool tool)
    {
        await TakePermitAsync(activity, activity.CancellationToken).ConfigureAwait(false);
        tool.Resumed();
    }

    private async ValueTask<ToolCallResult> RunUntilAsync(AgentActivity activity, ToolCall call, Func<AgentContext, CancellationToken, ValueTask<string>> run, CancellationToken stop)
    {
        await activity.PausePointAsync().ConfigureAwait(false);
        var step = activity.NextStepNumber();
        if (activity.Recorded is not null && scheduler.Recall.FindTool(activity, activity.KeyOf(step), call) is { } known)
        {
            return known;
        }

        call = call with { CallId = call.CallId ?? string.Create(CultureInfo.InvariantCulture, $"tool-{Interlocked.Increment(ref _calls)}") };
        var account = scheduler.AccountOf(activity.Agent);
        var open = account.OpenToolCall(activity.Id, stop);
        var mayRun = false;
        try
        {
            if (call.Approval is { } action && await FindRefusalAsync(activity, call, action, StepKey.ForApproval(activity.KeyOf(step)), stop).ConfigureAwait(false) is { } refusal)
            {
                scheduler.Reports.Record(activity.AttemptOfActivity, new ToolCallEnded(0, default, call.CallId, call.Tool, ToolCallOutcome.Refused, refusal, IsCut: false, TimeSpan.Zero), activity.KeyOf(step));
                await scheduler.AcknowledgeAsync(activity.CancellationToken).ConfigureAwait(false);
                return new ToolCallResult(ToolCallOutcome.Refused, refusal, IsCut: false);
            }

            var guard = call.Resources.Count == 0 ? default : await activity.Locks.AcquireAllAsync(call.Resources, cancellationToken: stop).ConfigureAwait(false);
            await using (guard.ConfigureAwait(false))
            {
                // A tool that a tool calls in its own flow runs on the same permit and time.
                if (activity.Tool is not null)
                {
                    mayRun = true;
                    return await RunAsync(activity, call, step, open, run).ConfigureAwait(false);
                }

                await TakePermitAsync(activity, stop).ConfigureAwait(false);
                mayRun = true;
                var tool = new RunningTool(_permits, open);
                activity.Tool = tool;
                try
                {
                    account.StartTime(open);
                    return await RunAsync(activity, call, step, open, run).ConfigureAwait(false);
                }
                finally
                {
                    activity.Tool = null;
                    tool.GiveBack();
                }
            }
        }
        finally
        {
            if (!mayRun)
            {
                account.TakeBack(open);
            }
        }
    }

    private async ValueTask TakePermitAsync(AgentActivity activity, CancellationToken stop)
    {
        if (_permits.TryTake())
        {
            return;
        }

        var taken = _permits.TakeAsync(activity.Goal.Priority, stop);
        try
        {
            await activity.WaitWithoutToolAsync(AgentWaitKind.Permit, target: null, taken).ConfigureAwait(false);
        }
        catch
        {
            // Granted by now, or later: nobody is left to use it.
            _ = taken.ContinueWith(_ => _permits.Return(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    private static async ValueTask<string?> FindRefusalAsync(AgentActivity activity, ToolCall call, string action, string key, CancellationToken stop)
    {
        try
        {
            var answer = await activity.Agent.Scheduler.Approvals.RequestAsync(activity, action, key, call.ApprovalTimeout, stop).ConfigureAwait(false);
            return answer.Approved ? null : answer.Reason is { Length: > 0 } reason ? $"Refused: {reason}" : "Refused, without a reason.";
        }
        catch (TimeoutException)
        {
            return $"Refused: nobody approved it within {call.ApprovalTimeout}.";
        }
    }

    private async ValueTask<ToolCallResult> RunAsync(AgentActivity activity, ToolCall call, int step, BudgetCall open, Func<AgentContext, CancellationToken, ValueTask<string>> run)
    {
        var attempt = activity.AttemptOfActivity;
        var key = activity.KeyOf(step);
        var start = scheduler.Time.GetTimestamp();
        scheduler.Reports.Record(attempt, new ToolCallStarted(0, default, call.CallId!, call.Tool, ArgumentsOf(call)), key);
        if (!call.IsIdempotent)
        {
            // That it runs is kept before it does, so that a crash never lets it run twice.
            await scheduler.AcknowledgeAsync(activity.CancellationToken).ConfigureAwait(false);
        }

        var outcome = ToolCallOutcome.Failed;
        string? text = null;
        var isKept = false;
        try
        {
            using (activity.Enter(step))
            {
                text = await run(activity, open.Token).ConfigureAwait(false) ?? "";
            }

            outcome = ToolCallOutcome.Succeeded;
        }
        catch (OperationCanceledException) when (open.Token.IsCancellationRequested)
        {
            outcome = ToolCallOutcome.Cancelled;
            if (open.TimeOver is { } account && !activity.CancellationToken.IsCancellationRequested)
            {
                throw BudgetAccount.TimeIsOver(activity.Id, account);
            }

            throw;
        }
        catch (Exception exception)
        {
            scheduler.Recall.ToolThrew(activity, key, exception);
            throw;
        }
        finally
        {
            open.Account.Settle(open, inputTokens: 0, outputTokens: 0);
            scheduler.Reports.Record(
                attempt,
                new ToolCallEnded(
                    0,
                    default,
                    call.CallId!,
                    call.Tool,
                    outcome,
                    text is null ? null : TextCut.Cut(text, call.MaxResultCharacters),
                    text?.Length > call.MaxResultCharacters,
                    scheduler.Time.GetElapsedTime(start)),
                key);
            isKept = await scheduler.WhenKeptAsync(activity.CancellationToken).ConfigureAwait(false);
        }

        if (!isKept)
        {
            // Throws: the store has failed, or the agent is ending.
            await scheduler.AcknowledgeAsync(activity.CancellationToken).ConfigureAwait(false);
        }

        return new ToolCallResult(outcome, TextCut.Cut(text, call.MaxResultCharacters), text.Length > call.MaxResultCharacters);
    }

    /// <summary>What the tool is called with, as it is recorded.</summary>
    public static string? ArgumentsOf(ToolCall call) => call.Arguments is { } arguments ? TextCut.Cut(arguments, call.MaxResultCharacters) : null;
}
