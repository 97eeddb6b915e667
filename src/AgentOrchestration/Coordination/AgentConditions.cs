namespace AgentOrchestration;

/// <summary>Conditions made of code. They cannot be stored with a plan; for that register them by name.</summary>
public static class AgentConditions
{
    /// <summary>Judges by a predicate over the results so far.</summary>
    /// <param name="predicate">Called once, from any thread, when everything the goal follows is over. What it throws fails the goal.</param>
    public static AgentCondition That(Func<ConditionContext, bool> predicate)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return That((context, _) => ValueTask.FromResult<ConditionVerdict>(predicate(context)));
    }

    /// <summary>Judges by code that may be asynchronous and may say why.</summary>
    /// <param name="judge">Called once, from any thread, when everything the goal follows is over. What it throws fails the goal.</param>
    public static AgentCondition That(Func<ConditionContext, CancellationToken, ValueTask<ConditionVerdict>> judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        return new Coordination.CodeCondition(judge);
    }
}
