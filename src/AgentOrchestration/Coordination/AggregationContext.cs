namespace AgentOrchestration;

/// <summary>What an aggregator makes one output of. Valid until its call returns.</summary>
public sealed class AggregationContext
{
    private readonly Coordination.CallScope _scope;

    internal AggregationContext(RunId runId, IReadOnlyList<AgentResult> results, IReadOnlyList<SkippedGoal> skipped, Coordination.CallScope scope)
    {
        RunId = runId;
        Results = results;
        Skipped = skipped;
        _scope = scope;
    }

    /// <summary>The run.</summary>
    public RunId RunId { get; }

    /// <summary>The results, in the order of the goals, failures included.</summary>
    public IReadOnlyList<AgentResult> Results { get; }

    /// <summary>The goals that were never worked on.</summary>
    public IReadOnlyList<SkippedGoal> Skipped { get; }

    /// <summary>A DI scope for this call, made on first use; without a container it resolves nothing.</summary>
    public IServiceProvider Services => _scope.Services;
}
