using System.Diagnostics;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>What runs need of the host: what it has registered by name, its models, and its container. Stateless.</summary>
internal sealed class RunServices(AgentOrchestrationOptions options, IServiceProvider services, ILlmRouter? router)
{
    private readonly Dictionary<string, Func<ConditionContext, CancellationToken, ValueTask<ConditionVerdict>>> _conditions = new(options.Conditions, StringComparer.Ordinal);
    private readonly Dictionary<string, Func<AggregationContext, CancellationToken, ValueTask<AgentOutput>>> _aggregators = new(options.Aggregators, StringComparer.Ordinal);
    private readonly Dictionary<string, Func<JudgingContext, CancellationToken, ValueTask<JudgeVerdict>>> _judges = new(options.Judges, StringComparer.Ordinal);

    public TimeSpan GracePeriod { get; } = options.CancellationGracePeriod;

    /// <summary>The agents of the goals, which must be registered, as their conditions must be.</summary>
    public AgentCode[] FindCodes(AgentIntake intake, IReadOnlyCollection<GoalDraft> drafts)
    {
        foreach (var draft in drafts)
        {
            ThrowIfUnknown(draft.Goal.When);
        }

        return [.. drafts.Select(draft => intake.FindCode(draft.Goal))];
    }

    /// <summary>Refuses a plan that names what is not registered, or needs a model where there is none.</summary>
    public void ThrowIfUnknown(PlanGraph plan)
    {
        foreach (var planned in plan.Goals)
        {
            ThrowIfUnknown(planned.When);
        }

        switch (plan.Aggregator)
        {
            case ResultAggregator.Named { Name: var name }:
                Find(_aggregators, name, "aggregator", nameof(AgentOrchestrationOptions.AddAggregator));
                break;
            case ResultAggregator.Judged { Judge: CandidateJudge.Named { Name: var name } }:
                Find(_judges, name, "judge", nameof(AgentOrchestrationOptions.AddJudge));
                break;
            case ResultAggregator.Merge or ResultAggregator.Judged { Judge: CandidateJudge.Model }:
                EnsureRouter();
                break;
        }
    }

    public async ValueTask<ConditionVerdict> JudgeConditionAsync(PlanRun run, PlanNode node, CancellationToken stop)
    {
        var scope = new CallScope(services);
        await using (scope.ConfigureAwait(false))
        {
            var context = new ConditionContext(run.Trace.Id, node.Planned.Goal, node.Inputs, run.ResultsSoFar, scope);
            return node.Planned.When switch
            {
                CodeCondition code => await code.Judge(context, stop).ConfigureAwait(false),
                AgentCondition.Named { Name: var name } => await _conditions[name](context, stop).ConfigureAwait(false),
                AgentCondition.Question question => await ModelQuestions.AskAsync(new RunModel(EnsureRouter(), run), question, context, stop).ConfigureAwait(false),
                _ => throw new UnreachableException(),
            };
        }
    }

    /// <summary>Makes one output of the results. What the host's code throws is in the answer.</summary>
    public async Task<RunOutput> MakeOutputAsync(RunRecord record, HostCalls calls)
    {
        try
        {
            return record.Graph.Aggregator switch
            {
                ResultAggregator.Collect => new RunOutput(OutputCollector.Collect(record.Candidates)),
                ResultAggregator.Last => new RunOutput(record.Candidates is [.., var last] ? last.Result!.Output : null),
                ResultAggregator.Judged { Judge: var judge } => await JudgeAsync(record, judge, calls).ConfigureAwait(false),
                ResultAggregator.Merge merge => record.Candidates.Count == 0
                    ? RunOutput.None
                    : new RunOutput(await calls.CallAsync(stop => ModelMerge.AskAsync(new RunModel(EnsureRouter(), record.Run), merge, record, stop)).ConfigureAwait(false)),
                ResultAggregator.Named { Name: var name } => await AggregateAsync(record, _aggregators[name], calls).ConfigureAwait(false),
                ResultAggregator.Code { Aggregate: var aggregate } => await AggregateAsync(record, aggregate, calls).ConfigureAwait(false),
                _ => throw new UnreachableException(),
            };
        }
        catch (Exception exception)
        {
            // The host's code, at work for this run: its failure is the run's, and the results are kept.
            return new RunOutput(Output: null, new AgentError(AgentErrorCodes.AggregationFailed, exception.Message) { Exception = exception });
        }
    }

    private Task<RunOutput> AggregateAsync(RunRecord record, Func<AggregationContext, CancellationToken, ValueTask<AgentOutput>> aggregate, HostCalls calls) => calls.CallAsync(async stop =>
    {
        var scope = new CallScope(services);
        await using (scope.ConfigureAwait(false))
        {
            var output = await aggregate(new AggregationContext(record.Run.Trace.Id, record.Results, record.Skipped, scope), stop).ConfigureAwait(false);
            return new RunOutput(output ?? throw new InvalidOperationException("The aggregator returned null; return an AgentOutput, with an empty text if there is nothing to say."));
        }
    });

    private async Task<RunOutput> JudgeAsync(RunRecord record, CandidateJudge judge, HostCalls calls)
    {
        if (record.Candidates.Count == 0)
        {
            return RunOutput.None;
        }

        AgentResult[] candidates = [.. record.Candidates.Select(static node => node.Result!)];
        var verdict = await calls.CallAsync(async stop =>
        {
            var scope = new CallScope(services);
            await using (scope.ConfigureAwait(false))
            {
                var context = new JudgingContext(record.Run.Trace.Id, candidates, scope);
                return judge switch
                {
                    CandidateJudge.First => Judging.First(record),
                    CandidateJudge.Scored scored => Judging.Score(scored, candidates),
                    CandidateJudge.MajorityVote vote => Judging.Majority(vote, candidates),
                    CandidateJudge.Model asked => await ModelJudging.AskAsync(new RunModel(EnsureRouter(), record.Run), asked, context, stop).ConfigureAwait(false),
                    CandidateJudge.Named { Name: var name } => await _judges[name](context, stop).ConfigureAwait(false),
                    CandidateJudge.Code code => await code.Judge(context, stop).ConfigureAwait(false),
                    _ => throw new UnreachableException(),
                };
            }
        }).ConfigureAwait(false);
        Judging.ThrowIfInvalid(verdict, candidates.Length);
        return new RunOutput(verdict.Chosen is { } chosen ? candidates[chosen].Output : null, Error: null, verdict);
    }

    private void ThrowIfUnknown(AgentCondition? condition)
    {
        switch (condition)
        {
            case AgentCondition.Named { Name: var name }:
                Find(_conditions, name, "condition", nameof(AgentOrchestrationOptions.AddCondition));
                break;
            case AgentCondition.Question:
                EnsureRouter();
                break;
        }
    }

    private ILlmRouter EnsureRouter() => router ?? throw new InvalidOperationException(
        "The plan puts a question to a model, and there is no ILlmRouter: add chat clients with AddLlm or UseLlm, register a router of your own in the container, or set AgentOrchestrationOptions.LlmRouter.");

    private static void Find<T>(Dictionary<string, T> registered, string name, string what, string how)
    {
        if (!registered.ContainsKey(name))
        {
            throw new InvalidOperationException(
                $"No {what} is registered as '{name}'. Register one with {how}(\"{name}\", ...). Registered are: {(registered.Count == 0 ? "none" : string.Join(", ", registered.Keys.Order(StringComparer.Ordinal)))}.");
        }
    }
}
