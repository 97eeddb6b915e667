namespace AgentOrchestration;

/// <summary>
/// What an agent may use, over all its attempts and together with all its children: hard limits; null means no limit. A call that would exceed one is not made, and the agent that
/// wanted it gets <see cref="BudgetExceededException"/>; what it has produced by then is kept.
/// </summary>
/// <remarks>
/// Each is greater than zero, else the spawn throws <see cref="ArgumentException"/>. A child is bound by its own budget and by those of all its ancestors. Limits are checked where calls are
/// begun, by <see cref="AgentContext.BeginModelCallAsync"/> and <see cref="AgentContext.RunToolAsync"/>: code that calls a model without them is not counted.
/// </remarks>
public sealed record AgentBudget
{
    /// <summary>No limits.</summary>
    public static AgentBudget Unlimited { get; } = new();

    /// <summary>
    /// Tokens that models read and write. What a call may use is reserved before it, by an estimate of what it reads and its output limit, and settled after it: the limit can be
    /// exceeded by no more than the estimates of the calls in flight were wrong.
    /// </summary>
    public long? MaxTokens { get; init; }

    /// <summary>Calls of models, failed ones included.</summary>
    public int? MaxModelCalls { get; init; }

    /// <summary>Calls of tools, failed ones included; refused ones are not.</summary>
    public int? MaxToolCalls { get; init; }

    /// <summary>Cost of the tokens, in the currency of the <see cref="ModelPrice"/>s; a client without a price is refused under it.</summary>
    public decimal? MaxCost { get; init; }

    /// <summary>Time spent in calls of models and tools, those at the same time added up; waiting within a tool does not count. Calls in flight are cancelled when it is over.</summary>
    public TimeSpan? MaxCallTime { get; init; }
}
