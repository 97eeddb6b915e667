namespace AgentOrchestration;

/// <summary>What a judge has to decide on. Valid until its call returns.</summary>
public sealed class JudgingContext
{
    private readonly Coordination.CallScope _scope;

    internal JudgingContext(RunId runId, IReadOnlyList<AgentResult> candidates, Coordination.CallScope scope)
    {
        RunId = runId;
        Candidates = candidates;
        _scope = scope;
    }

    /// <summary>The run.</summary>
    public RunId RunId { get; }

    /// <summary>The results that succeeded, in the order of their goals; at least one.</summary>
    public IReadOnlyList<AgentResult> Candidates { get; }

    /// <summary>A DI scope for this call, made on first use; without a container it resolves nothing.</summary>
    public IServiceProvider Services => _scope.Services;
}
