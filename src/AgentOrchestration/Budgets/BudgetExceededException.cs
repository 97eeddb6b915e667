using System.Globalization;

namespace AgentOrchestration;

/// <summary>A call was not made, or was cancelled, because the budget of the agent or of one of its ancestors does not allow it. An agent that does not handle it fails with
/// <see cref="AgentErrorCodes.BudgetExceeded"/> and is not tried again.</summary>
public sealed class BudgetExceededException : AgentOrchestrationException
{
    internal BudgetExceededException(AgentId agentId, AgentId budgetOf, AgentBudgetLimit limit, object allowed)
        : base(string.Create(CultureInfo.InvariantCulture, $"The budget of agent {budgetOf} does not allow another call for agent {agentId}: {limit} is limited to {allowed}. Raise the limit, or make the goal smaller."))
    {
        AgentId = agentId;
        BudgetOf = budgetOf;
        Limit = limit;
    }

    /// <summary>The agent that wanted the call.</summary>
    public AgentId AgentId { get; }

    /// <summary>The agent whose budget is used up: itself or an ancestor.</summary>
    public AgentId BudgetOf { get; }

    /// <summary>Which limit.</summary>
    public AgentBudgetLimit Limit { get; }

    internal override string ErrorCode => AgentErrorCodes.BudgetExceeded;
}
