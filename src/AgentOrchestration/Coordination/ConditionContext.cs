namespace AgentOrchestration;

/// <summary>What a condition is judged on. Valid until its call returns.</summary>
public sealed class ConditionContext
{
    private readonly Coordination.CallScope _scope;
    private readonly Func<IReadOnlyList<AgentResult>> _results;

    internal ConditionContext(RunId runId, AgentGoal goal, IReadOnlyList<AgentResult> inputs, Func<IReadOnlyList<AgentResult>> results, Coordination.CallScope scope)
    {
        RunId = runId;
        Goal = goal;
        Inputs = inputs;
        _results = results;
        _scope = scope;
    }

    /// <summary>The run.</summary>
    public RunId RunId { get; }

    /// <summary>The goal whose condition it is.</summary>
    public AgentGoal Goal { get; }

    /// <summary>The results of what the goal follows, as its agent would see them in <see cref="AgentContext.Inputs"/>.</summary>
    public IReadOnlyList<AgentResult> Inputs { get; }

    /// <summary>All results of the run so far, in the order of the goals. A copy of this moment: beyond <see cref="Inputs"/> it depends on who was faster.</summary>
    public IReadOnlyList<AgentResult> Results => field ??= _results();

    /// <summary>A DI scope for this call, made on first use; without a container it resolves nothing.</summary>
    public IServiceProvider Services => _scope.Services;
}
