namespace AgentOrchestration;

/// <summary>What may be chosen for a run. Immutable; checked when the run starts.</summary>
public sealed record OrchestrationRunOptions
{
    /// <summary>The options of a run that is given none.</summary>
    public static OrchestrationRunOptions Default { get; } = new();

    /// <summary>A short name for people, in events and exports. Not content. Default: null.</summary>
    public string? Name { get; init; }

    /// <summary>What a failure means for the run. Default: <see cref="FailurePolicy.Continue"/>.</summary>
    public FailurePolicy Failure { get; init; } = new FailurePolicy.Continue();

    /// <summary>
    /// How the results become one output. Null takes the pattern's own: the judge's choice for <see cref="CoordinationPattern.BestOf"/>, which takes no other; the last output for
    /// <see cref="CoordinationPattern.Sequential"/>; all of them for the rest.
    /// </summary>
    public ResultAggregator? Aggregator { get; init; }

    /// <summary>Goals the run may have in all, those it starts with and those that are added.</summary>
    /// <value>From 1. Default: 10,000.</value>
    public int MaxGoals { get; init; } = 10_000;
}
