using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>How an <see cref="AIAgent"/> works for an orchestrator.</summary>
public sealed record FrameworkAgentOptions
{
    /// <summary>
    /// What the agent is told at the start of an attempt. Null: one message with the goal, its success criteria, the results before it and its attachments.
    /// </summary>
    public Func<AgentContext, IEnumerable<ChatMessage>>? Messages { get; init; }

    /// <summary>What is given to each run of it. Null: nothing.</summary>
    public AgentRunOptions? RunOptions { get; init; }

    /// <summary>What a person is asked when the agent wants a tool approved. Null: the tool's name and arguments.</summary>
    public Func<ToolApprovalRequestContent, string>? Approval { get; init; }

    /// <summary>Longest wait for an approval; then it counts as refused. Null: as long as the agent lives.</summary>
    public TimeSpan? ApprovalTimeout { get; init; }

    /// <summary>Tokens that one run of it is expected to write at most, which a budget keeps for it until they are known.</summary>
    /// <value>From 1, or null for all that the budget has left. Default: null.</value>
    public long? MaxOutputTokens { get; init; }

    /// <summary>What its tokens cost; needed under a budget that limits cost.</summary>
    public ModelPrice? Price { get; init; }
}
