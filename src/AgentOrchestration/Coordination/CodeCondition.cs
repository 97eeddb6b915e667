namespace AgentOrchestration.Coordination;

/// <summary>A condition made of code.</summary>
internal sealed record CodeCondition(Func<ConditionContext, CancellationToken, ValueTask<ConditionVerdict>> Judge) : AgentCondition
{
    internal override string Label => "code";
}
