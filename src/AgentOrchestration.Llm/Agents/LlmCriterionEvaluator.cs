using AgentOrchestration.Llm.Agents;

namespace AgentOrchestration;

/// <summary>Lets a model judge success criteria, for agents of any kind: within the agent's budget, by the orchestrator's router. Registered with the models, unless the host has an evaluator.</summary>
public sealed class LlmCriterionEvaluator : ICriterionEvaluator
{
    /// <inheritdoc/>
    public async ValueTask<CriterionResult> EvaluateAsync(AgentContext context, string criterion, AgentOutput output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(criterion);
        ArgumentNullException.ThrowIfNull(output);
        return await new CriterionJudge(new ModelCalls(context, [])).JudgeAsync(context.Goal, criterion, output, cancellationToken).ConfigureAwait(false);
    }
}
