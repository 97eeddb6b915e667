namespace AgentOrchestration;

/// <summary>Does the work of a goal.</summary>
/// <remarks>
/// One instance may serve many goals at the same time when it is passed to <see cref="IAgentOrchestrator.SpawnAsync"/>; a type registered by name is made
/// anew for each attempt, in the attempt's own DI scope.
/// </remarks>
public interface IAgent
{
    /// <summary>Works on the goal until it is reached.</summary>
    /// <param name="context">The goal and all that the agent may use; valid until the returned task ends.</param>
    /// <param name="cancellationToken">
    /// Signalled when the agent is cancelled, runs out of time or the orchestrator shuts down. Code that has not ended
    /// <see cref="AgentOrchestrationOptions.CancellationGracePeriod"/> later is detached: its slot and guards are taken and its result is dropped.
    /// </param>
    /// <returns>What was achieved. An exception fails the attempt; throw <see cref="AgentFailureException"/> to give it a code of your own.</returns>
    Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken);
}
