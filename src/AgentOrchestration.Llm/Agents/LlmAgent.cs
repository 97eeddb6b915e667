using AgentOrchestration.Llm.Agents;

namespace AgentOrchestration;

/// <summary>
/// An agent that a model drives: makes a short plan, works with tools, lets each success criterion be judged, corrects itself, and ends with its last answer; with data too where the goal has an
/// <see cref="AgentGoal.OutputSchema"/>. Thread-safe: one instance serves any number of goals.
/// </summary>
/// <remarks>
/// The models are those of the orchestrator's <see cref="ILlmRouter"/>. Everything it does is within the goal's <see cref="AgentGoal.Budget"/>; before a limit is reached the model has one
/// turn to finish, and what was streamed by then is kept. Tools run as <see cref="AgentContext.RunToolAsync"/> says; several that the model asks for at once run at once. Messages to the agent are
/// given to the model before its next turn. It fails with <c>turns_exceeded</c>, <c>malformed_output</c> or <c>context_too_long</c>, and as any agent does.
/// </remarks>
public sealed class LlmAgent : IAgent
{
    private readonly LlmAgentOptions _options;

    /// <summary>An agent with these options.</summary>
    /// <param name="options">The options; not changed afterwards. Null takes the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message says which.</exception>
    public LlmAgent(LlmAgentOptions? options = null)
    {
        _options = options ?? new LlmAgentOptions();
        LlmAgentChecks.ThrowIfInvalid(_options);
    }

    /// <inheritdoc/>
    public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        using var attempt = new LlmAttempt(context, _options);
        return await attempt.RunAsync().ConfigureAwait(false);
    }
}
