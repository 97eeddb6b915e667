namespace AgentOrchestration;

/// <summary>Judges one success criterion on one output. Asked for each criterion on which the agent itself did not report.</summary>
/// <remarks>Called while the agent holds its slot, one criterion after another; implementations are thread-safe, since many agents are judged at once.</remarks>
public interface ICriterionEvaluator
{
    /// <summary>Judges the criterion; an exception fails the attempt.</summary>
    /// <param name="context">The agent's context: its goal, its budget, its router.</param>
    /// <param name="criterion">One of its criteria.</param>
    /// <param name="output">What the agent returned.</param>
    /// <param name="cancellationToken">Signalled when the agent is cancelled or runs out of time.</param>
    ValueTask<CriterionResult> EvaluateAsync(AgentContext context, string criterion, AgentOutput output, CancellationToken cancellationToken);
}
