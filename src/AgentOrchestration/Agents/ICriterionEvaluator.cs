namespace AgentOrchestration;

/// <summary>Judges one success criterion on one output. Asked for each criterion on which the agent itself did not report.</summary>
/// <remarks>Called while the agent holds its slot, one criterion after another; implementations are thread-safe, since many agents are judged at once.</remarks>
public interface ICriterionEvaluator
{
    /// <summary>Judges the criterion; an exception fails the attempt.</summary>
    /// <param name="goal">The goal.</param>
    /// <param name="criterion">One of its criteria.</param>
    /// <param name="output">What the agent returned.</param>
    /// <param name="cancellationToken">Signalled when the agent is cancelled or runs out of time.</param>
    ValueTask<CriterionResult> EvaluateAsync(AgentGoal goal, string criterion, AgentOutput output, CancellationToken cancellationToken);
}
