using AgentOrchestration.AgentFramework;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>Makes agents of Microsoft Agent Framework into those of an orchestrator, and an orchestrator into one of theirs.</summary>
public static class FrameworkAgentExtensions
{
    /// <summary>An agent of the framework as an agent of an orchestrator.</summary>
    /// <param name="agent">The agent. Any number of goals may be worked on at once if it may be run with several sessions at once.</param>
    /// <param name="options">How it works; null for the defaults.</param>
    /// <remarks>
    /// <para>Its text is streamed as output, and what it says of tokens counts against the budget: each run of it as one call of a model. Tools that it calls are recorded, and count, when their results
    /// are seen: they have run by then, by rules of its own. Tools that it wants approved go to <see cref="IAgentOrchestrator.ListApprovals"/>, all that it asks for at once.</para>
    /// <para>Its session is kept in the checkpoint after each run, with the approvals that are open, so that a later attempt goes on from there. A session that cannot be serialised is not kept.</para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">A value of the options is out of its range.</exception>
    public static IAgent AsOrchestratedAgent(this AIAgent agent, FrameworkAgentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(agent);
        options ??= new FrameworkAgentOptions();
        if (options.MaxOutputTokens < 1)
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxOutputTokens, $"{nameof(options.MaxOutputTokens)} must be at least 1.");
        if (options.ApprovalTimeout <= TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(options), options.ApprovalTimeout, $"{nameof(options.ApprovalTimeout)} must be above zero.");
        return new FrameworkAgent(agent, options);
    }

    /// <summary>An orchestrator with a pattern as an agent of the framework: each run of it is a run of the pattern, and its answer is the run's output.</summary>
    /// <param name="orchestrator">The orchestrator; it stays the caller's.</param>
    /// <param name="pattern">How the agents take turns.</param>
    /// <param name="goals">Makes the goals of the conversation so far, whose last message is the new one.</param>
    /// <param name="options">What else may be chosen; null for the defaults.</param>
    /// <remarks>
    /// Called within the flow of an agent, the run belongs to that agent, which gives its slot back meanwhile. Cancelling the call cancels the run. A run without an output throws
    /// <see cref="AgentFailureException"/>; goals that failed beside an output are <see cref="ErrorContent"/> in the answer, whose raw representation is the <see cref="OrchestrationResult"/>.
    /// </remarks>
    public static AIAgent AsAIAgent(
        this IAgentOrchestrator orchestrator,
        CoordinationPattern pattern,
        Func<IReadOnlyList<ChatMessage>, IReadOnlyList<AgentGoal>> goals,
        OrchestratedAIAgentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(goals);
        return new PatternAgent(orchestrator, pattern, goals, options ?? new OrchestratedAIAgentOptions());
    }
}
