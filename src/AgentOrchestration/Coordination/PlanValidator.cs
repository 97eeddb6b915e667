namespace AgentOrchestration.Coordination;

/// <summary>Refuses plans that make no sense, saying what, which and what to do. What concerns dependencies is in <see cref="PlanDependencies"/>.</summary>
internal static class PlanValidator
{
    public static void ThrowIfInvalid(OrchestrationRunOptions options, PlanRules rules)
    {
        var fault = options.MaxGoals < 1 ? $"MaxGoals is {options.MaxGoals}; it must be from 1."
            : options.Failure is null ? "Failure is null; use FailurePolicy.Continue."
            : options.Name is not null && string.IsNullOrWhiteSpace(options.Name) ? "Name is blank; leave it null for none."
            : options.Aggregator is not null && rules.FixesAggregator ? "this pattern's judge makes the output; leave Aggregator null."
            : FindFault(options.Aggregator ?? rules.Aggregator);
        if (fault is not null)
        {
            throw new ArgumentException(fault, nameof(options));
        }
    }

    public static void ThrowIfUnusable(GoalDraft[] goals, PlanGraph plan)
    {
        foreach (var draft in goals)
        {
            if (draft.DependsOn.Length > 0 && !plan.Rules.UsesDependsOn)
            {
                throw new ArgumentException($"{draft.Goal}: the pattern {plan.Pattern.PatternKind} makes its own order; leave DependsOn empty, or use CoordinationPattern.Graph.", nameof(goals));
            }

            if (draft.Goal.When is not null && !plan.Rules.UsesWhen)
            {
                throw new ArgumentException(
                    $"{draft.Goal}: the pattern {plan.Pattern.PatternKind} has no conditions; leave When null, or use CoordinationPattern.Conditional or Graph.", nameof(goals));
            }
        }
    }

    /// <summary>What can be said only of all the goals a run starts with.</summary>
    public static void ThrowIfInvalid(IReadOnlyList<PlannedGoal> goals, OrchestrationRunOptions options)
    {
        if (goals.Count > options.MaxGoals)
        {
            throw new ArgumentException($"There are {goals.Count} goals and MaxGoals is {options.MaxGoals}; start with fewer, or raise it.", nameof(goals));
        }

        var counted = goals.Count(static goal => goal.Role != PlannedGoalRole.Worker);
        if (options.Failure is FailurePolicy.Quorum { Required: var required } && (required < 1 || required > counted))
        {
            throw new ArgumentException($"A quorum of {required} cannot be reached: there are {counted} goals that can succeed.", nameof(options));
        }
    }

    private static string? FindFault(ResultAggregator aggregator) => aggregator switch
    {
        ResultAggregator.Named { Name: var name } when string.IsNullOrWhiteSpace(name) => "the name of the aggregator is blank.",
        ResultAggregator.Judged { Judge: null } => "there is no judge.",
        ResultAggregator.Judged { Judge: CandidateJudge.Named { Name: var name } } when string.IsNullOrWhiteSpace(name) => "the name of the judge is blank.",
        _ => null,
    };
}
