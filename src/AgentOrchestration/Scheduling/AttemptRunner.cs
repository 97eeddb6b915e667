using System.Diagnostics;

namespace AgentOrchestration.Scheduling;

/// <summary>Runs the code of one attempt, from its slot to its outcome. This is where an agent's work meets the scheduler, and the one place that catches all it throws.</summary>
internal static class AttemptRunner
{
    public static async Task RunAsync(Attempt attempt)
    {
        AgentActivity.Current = attempt.Body;
        var span = SchedulerTelemetry.StartAttempt(attempt);
        AttemptOutcome outcome;
        try
        {
            // It may have been cancelled before the pool came to it.
            attempt.Token.ThrowIfCancellationRequested();
            var agent = Make(attempt);
            var output = await agent.RunAsync(attempt.Body, attempt.Token).ConfigureAwait(false);
            outcome = new AttemptOutcome(output ?? throw new InvalidOperationException("The agent returned null; return an AgentOutput, with an empty text if there is nothing to say."), Error: null);
        }
        catch (AgentUnavailableException unavailable)
        {
            outcome = AttemptOutcome.Threw(unavailable.InnerException!, AgentErrorCodes.AgentUnavailable);
        }
        catch (Exception exception)
        {
            // Whatever an agent throws is its outcome: it fails or retries this agent and concerns no other.
            outcome = AttemptOutcome.Threw(exception);
        }

        if (NeedsMore(attempt, outcome))
        {
            await CompleteAsync(attempt, outcome, span).ConfigureAwait(false);
        }
        else
        {
            End(attempt, outcome, span);
        }
    }

    private static bool NeedsMore(Attempt attempt, in AttemptOutcome outcome) =>
        attempt.HasScope || attempt.HasLooseEnds || (outcome.Error is null && attempt.Agent.Goal.SuccessCriteria.Count > 0);

    // What most attempts need not do.
    private static async Task CompleteAsync(Attempt attempt, AttemptOutcome outcome, Activity? span)
    {
        if (attempt.HasLooseEnds)
        {
            outcome = await TieUpAsync(attempt, outcome).ConfigureAwait(false);
        }

        if (outcome.Error is null && !attempt.IsUnwinding)
        {
            outcome = await JudgeAsync(attempt, outcome).ConfigureAwait(false);
        }

        if (attempt.HasScope)
        {
            outcome = await DisposeScopeAsync(attempt, outcome).ConfigureAwait(false);
        }

        End(attempt, outcome, span);
    }

    private static void End(Attempt attempt, in AttemptOutcome outcome, Activity? span)
    {
        SchedulerTelemetry.EndAttempt(span, attempt, outcome);
        if (!attempt.Agent.Scheduler.Endings.TryClose(attempt, outcome))
        {
            // Code that it left behind has spawned a child in the meantime.
            _ = CompleteAsync(attempt, outcome, span: null);
        }
    }

    private static IAgent Make(Attempt attempt)
    {
        try
        {
            return attempt.Agent.Code.Make(attempt, attempt.Agent.Scheduler.Services)
                ?? throw new InvalidOperationException($"The factory of agent '{attempt.Agent.Name}' returned null.");
        }
        catch (Exception exception)
        {
            throw new AgentUnavailableException(exception);
        }
    }

    // The code has ended, but children still live, or activities it did not await.
    private static async Task<AttemptOutcome> TieUpAsync(Attempt attempt, AttemptOutcome outcome)
    {
        var endings = attempt.Agent.Scheduler.Endings;
        if (endings.FailIfAbandoned(attempt.Body, outcome.Error) is { } abandoned)
        {
            outcome = new AttemptOutcome(outcome.Output, outcome.Error ?? abandoned.Error);
            await abandoned.Join.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var children = endings.CancelChildren(attempt);
        var ended = Task.WhenAll([endings.WhenRunsEnded(attempt), .. children.Select(static child => child.Completion)]);
        try
        {
            await attempt.Body.WaitForAgentsAsync([.. children.Select(static child => child.Id)], ended, needsAll: null).ConfigureAwait(false);
        }
        catch (Exception) when (attempt.IsUnwinding)
        {
            // Without a slot then, or with a context that is dead because the code was detached. The children were told to end too, and end within their grace period.
        }

        await ended.ConfigureAwait(false);
        return outcome;
    }

    private static async Task<AttemptOutcome> JudgeAsync(Attempt attempt, AttemptOutcome outcome)
    {
        var goal = attempt.Agent.Goal;
        if (attempt.Agent.Scheduler.CriterionEvaluator is not { } evaluator)
        {
            return outcome;
        }

        try
        {
            for (var i = 0; i < goal.SuccessCriteria.Count; i++)
            {
                if (attempt.Verdicts?[i] is null)
                {
                    var result = await evaluator.EvaluateAsync(attempt.Body, goal.SuccessCriteria[i], outcome.Output!, attempt.Token).ConfigureAwait(false);
                    attempt.Body.ReportCriterion(i, result.Verdict, result.Reason);
                }
            }

            return outcome;
        }
        catch (Exception exception)
        {
            // The evaluator is the host's code, at work for this agent: its failure is this agent's.
            return AttemptOutcome.Threw(exception, output: outcome.Output);
        }
    }

    private static async Task<AttemptOutcome> DisposeScopeAsync(Attempt attempt, AttemptOutcome outcome)
    {
        try
        {
            await attempt.DisposeScopeAsync().ConfigureAwait(false);
            return outcome;
        }
        catch (Exception exception)
        {
            // A service that fails to close may not have kept what the agent gave it: that is a failure, unless there already is one.
            return outcome.Error is null ? AttemptOutcome.Threw(exception, AgentErrorCodes.DisposalFailed, outcome.Output) : outcome;
        }
    }

    /// <summary>Carries what a factory threw past the code's own exceptions.</summary>
    private sealed class AgentUnavailableException(Exception inner) : Exception("The agent could not be made.", inner);
}
