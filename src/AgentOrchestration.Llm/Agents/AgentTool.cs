using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>A tool, and what the orchestrator must see to when an agent calls it. Wraps any <see cref="AIFunction"/>; thread-safe if that is.</summary>
/// <param name="function">The tool.</param>
/// <example><code>
/// agent.Tools.Add(new AgentTool(deleteFile)
/// {
///     Approval = arguments => $"Delete {arguments["path"]}",
///     Resources = arguments => [ResourceRequest.Exclusive($"{arguments["path"]}")],
/// });
/// </code></example>
public sealed class AgentTool(AIFunction function) : DelegatingAIFunction(function)
{
    /// <summary>What a person is asked to approve before a call, from its arguments; null if nobody is asked. May give null to ask nobody for this call.</summary>
    public Func<AIFunctionArguments, string?>? Approval { get; init; }

    /// <summary>Longest wait for the approval; then the call is refused. Default: null, as long as the agent lives.</summary>
    public TimeSpan? ApprovalTimeout { get; init; }

    /// <summary>What a call needs for itself, from its arguments: taken together before it runs, and held until it has ended. Null: nothing.</summary>
    public Func<AIFunctionArguments, IReadOnlyList<ResourceRequest>>? Resources { get; init; }

    /// <summary>
    /// Whether a call may be run again if the process ends while it runs, see <see cref="ToolCall.IsIdempotent"/>. Otherwise the model is told that it is not known whether the call took effect. Only
    /// where there is a store.
    /// </summary>
    /// <value>Default: false.</value>
    public bool IsIdempotent { get; init; }

    /// <summary>Characters of a result that the model is given; null takes <see cref="LlmAgentOptions.MaxToolResultCharacters"/>.</summary>
    public int? MaxResultCharacters { get; init; }
}
