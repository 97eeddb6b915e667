namespace AgentOrchestration;

/// <summary>The limits of an <see cref="AgentBudget"/>.</summary>
public enum AgentBudgetLimit
{
    /// <summary><see cref="AgentBudget.MaxTokens"/>.</summary>
    Tokens,

    /// <summary><see cref="AgentBudget.MaxModelCalls"/>.</summary>
    ModelCalls,

    /// <summary><see cref="AgentBudget.MaxToolCalls"/>.</summary>
    ToolCalls,

    /// <summary><see cref="AgentBudget.MaxCost"/>.</summary>
    Cost,

    /// <summary><see cref="AgentBudget.MaxCallTime"/>.</summary>
    CallTime,
}
