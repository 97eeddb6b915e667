namespace AgentOrchestration.Coordination;

/// <summary>What a run came to, once no goal of it changes any more.</summary>
internal sealed record RunRecord(PlanRun Run, PlanGraph Graph, PlanNode[] Nodes, RunStop? Stop, PlanNode? FirstSuccess, IReadOnlyList<AgentResult> Delegated)
{
    public IReadOnlyList<AgentResult> Results { get; } = Filter(Nodes, static node => node.Result);

    public IReadOnlyList<SkippedGoal> Skipped { get; } = Filter(Nodes, node => node.Skipped ?? UnusedWorker(node, Delegated));

    /// <summary>The goals that succeeded.</summary>
    public IReadOnlyList<PlanNode> Candidates { get; } = Filter(Nodes, static node => node.HasSucceeded ? node : null);

    public OrchestrationResult ToResult(RunOutput making, RunStop? stop, OrchestrationPlan plan, TimeSpan duration) => new()
    {
        RunId = Run.Trace.Id,
        Plan = plan,
        Succeeded = HasSucceeded(making, stop),
        Results = Results,
        Skipped = Skipped,
        Delegated = Delegated,
        Conditions = Filter(Nodes, static node => node.Judged),
        Comparison = Graph.Aggregator is ResultAggregator.Judged ? Compare(making.Verdict) : [],
        Output = stop is { Kind: RunStopKind.Cancelled } ? null : making.Output,
        StopReason = stop?.Reason,
        Cancelled = stop is { Kind: RunStopKind.Cancelled },
        Error = stop is { Kind: RunStopKind.Cancelled } ? null : making.Error,
        Duration = duration,
    };

    private bool HasSucceeded(RunOutput making, RunStop? stop)
    {
        if (stop is { Kind: RunStopKind.Cancelled or RunStopKind.Failed } || making.Error is not null)
        {
            return false;
        }

        // Who chooses needs one; who counts needs enough; else each goal counts, except workers, for which the supervisor answers, and goals that were not needed.
        var chooses = Graph.Aggregator is ResultAggregator.Judged;
        return (!chooses || making.Verdict?.Chosen is not null)
            && (Graph.Options.Failure is FailurePolicy.Quorum quorum
                ? Candidates.Count >= quorum.Required
                : chooses || Array.TrueForAll(Nodes, static node => node.HasSucceeded || node.IsNotNeeded || node.State == PlanNodeState.Template));
    }

    private CandidateComparison[] Compare(JudgeVerdict? verdict)
    {
        var comparison = new List<CandidateComparison>();
        var place = 0;
        foreach (var node in Nodes)
        {
            if (node.Result is not { } result)
            {
                continue;
            }

            if (!node.HasSucceeded)
            {
                comparison.Add(new CandidateComparison(node.Planned.Name, result, Score: null, result.CancelReason ?? "it did not succeed", IsChosen: false));
                continue;
            }

            var score = verdict?.Scores.Count > place ? verdict.Scores[place] : default;
            comparison.Add(new CandidateComparison(node.Planned.Name, result, score.Score, score.Reason, verdict?.Chosen == place));
            place++;
        }

        return [.. comparison];
    }

    private static List<T> Filter<T>(PlanNode[] nodes, Func<PlanNode, T?> select)
        where T : class
    {
        var selected = new List<T>();
        foreach (var node in nodes)
        {
            if (select(node) is { } one)
            {
                selected.Add(one);
            }
        }

        return selected;
    }

    private static SkippedGoal? UnusedWorker(PlanNode node, IReadOnlyList<AgentResult> delegated) =>
        node.State == PlanNodeState.Template && !delegated.Any(work => string.Equals(work.Goal.Name, node.Planned.Name, StringComparison.Ordinal))
            ? new SkippedGoal(node.Planned.Name, node.Planned.Goal, SkipReason.NotDelegated, "the supervisor never delegated to it")
            : null;
}
