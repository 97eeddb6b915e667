using System.Text.Json.Serialization;

namespace AgentOrchestration.Coordination;

/// <summary>A plan as it is written. Settable for the same reason as a goal's written form.</summary>
internal sealed class PlanJson
{
    [JsonRequired]
    public CoordinationPattern Pattern { get; set; } = new CoordinationPattern.Parallel();

    [JsonRequired]
    public IReadOnlyList<AgentGoal> Goals { get; set; } = [];

    public string? Name { get; set; }

    public FailurePolicy Failure { get; set; } = OrchestrationRunOptions.Default.Failure;

    public ResultAggregator? Aggregator { get; set; }

    public int MaxGoals { get; set; } = OrchestrationRunOptions.Default.MaxGoals;

    public static PlanJson From(OrchestrationPlan plan)
    {
        ThrowIfCode(plan);
        return new PlanJson
        {
            Pattern = plan.Pattern,
            Goals = plan.Sources,
            Name = plan.Options.Name,
            Failure = plan.Options.Failure,
            Aggregator = plan.Options.Aggregator,
            MaxGoals = plan.Options.MaxGoals,
        };
    }

    public OrchestrationPlan ToPlan() =>
        OrchestrationPlan.Create(Pattern, Goals, new OrchestrationRunOptions { Name = Name, Failure = Failure, Aggregator = Aggregator, MaxGoals = MaxGoals });

    private static void ThrowIfCode(OrchestrationPlan plan)
    {
        if (plan.Goals.FirstOrDefault(static goal => goal.When is CodeCondition) is { } conditional)
        {
            throw Refused($"the condition of goal '{conditional.Name}'", "AddCondition", "AgentCondition.Named");
        }

        if (plan.Pattern is CoordinationPattern.Conditional { Condition: CodeCondition })
        {
            throw Refused("the pattern's condition", "AddCondition", "AgentCondition.Named");
        }

        switch (plan.Aggregator)
        {
            case ResultAggregator.Code:
                throw Refused("its aggregator", "AddAggregator", "ResultAggregator.Named");
            case ResultAggregator.Judged { Judge: CandidateJudge.Code or CandidateJudge.Scored }:
                throw Refused("its judge", "AddJudge", "CandidateJudge.Named");
            case ResultAggregator.Judged { Judge: CandidateJudge.MajorityVote { Normalize: not null } }:
                throw Refused("the normaliser of its majority", "AddJudge", "CandidateJudge.Named");
        }
    }

    private static NotSupportedException Refused(string what, string register, string use) =>
        new($"The plan cannot be written: {what} is code. Register it with {register} and use {use}.");
}
