namespace AgentOrchestration;

/// <summary>Conveniences over <see cref="IAgentOrchestrator.StartAsync"/>.</summary>
public static class OrchestrationExtensions
{
    /// <summary>Starts a run and waits for its end. Within the flow of an agent the run belongs to that agent, and this counts as its wait for its children: the slot is given back.</summary>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="pattern">How the agents take turns.</param>
    /// <param name="goals">The goals.</param>
    /// <param name="options">What else may be chosen; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the run, which still gives the results it has.</param>
    /// <returns>How it ended; failures and cancels included.</returns>
    /// <exception cref="ResourceDeadlockException">Within an agent: all that work for the run wait, directly or over several, for that agent. The run is cancelled.</exception>
    /// <inheritdoc cref="IAgentOrchestrator.StartAsync" path="/exception"/>
    public static async Task<OrchestrationResult> RunAsync(
        this IAgentOrchestrator orchestrator,
        CoordinationPattern pattern,
        IReadOnlyList<AgentGoal> goals,
        OrchestrationRunOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);

        // Not the token: it ends the run, and not its acceptance.
        var run = await orchestrator.StartAsync(pattern, goals, options, CancellationToken.None).ConfigureAwait(false);
        return await run.WaitForResultAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunAsync(IAgentOrchestrator, CoordinationPattern, IReadOnlyList{AgentGoal}, OrchestrationRunOptions?, CancellationToken)"/>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="plan">What is to be done.</param>
    /// <param name="cancellationToken">Cancels the run, which still gives the results it has.</param>
    public static Task<OrchestrationResult> RunAsync(this IAgentOrchestrator orchestrator, OrchestrationPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return orchestrator.RunAsync(plan.Pattern, plan.Sources, plan.Options, cancellationToken);
    }

    /// <summary>Starts a plan that was made before, or read from JSON.</summary>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="plan">What is to be done.</param>
    /// <param name="cancellationToken">Ends the acceptance, not the run.</param>
    /// <inheritdoc cref="IAgentOrchestrator.StartAsync" path="/exception"/>
    public static ValueTask<OrchestrationRun> StartAsync(this IAgentOrchestrator orchestrator, OrchestrationPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        ArgumentNullException.ThrowIfNull(plan);
        return orchestrator.StartAsync(plan.Pattern, plan.Sources, plan.Options, cancellationToken);
    }
}
