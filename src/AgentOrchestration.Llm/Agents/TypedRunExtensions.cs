using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>Runs one goal for an answer of a type.</summary>
public static class TypedRunExtensions
{
    /// <summary>Spawns an agent whose output has data of this type, and waits for it.</summary>
    /// <typeparam name="T">The type; its JSON schema becomes the goal's <see cref="AgentGoal.OutputSchema"/>.</typeparam>
    /// <param name="orchestrator">The orchestrator.</param>
    /// <param name="goal">The goal; done by an agent that follows the schema, as <see cref="LlmAgent"/> does.</param>
    /// <param name="typeInfo">How the type is read.</param>
    /// <param name="cancellationToken">Cancels the agent.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="AgentFailureException">The agent failed, with its code; or a criterion was not met, with <c>criteria_not_met</c>.</exception>
    /// <exception cref="OperationCanceledException">The agent was cancelled, by the token or otherwise.</exception>
    /// <exception cref="InvalidOperationException">The agent gave no data.</exception>
    /// <example><code>
    /// Review review = await orchestrator.RunAsync("Review src/Auth.cs", ReviewJson.Default.Review);
    /// </code></example>
    public static async Task<T> RunAsync<T>(this IAgentOrchestrator orchestrator, AgentGoal goal, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        ArgumentNullException.ThrowIfNull(goal);
        ArgumentNullException.ThrowIfNull(typeInfo);
        var schema = AIJsonUtilities.CreateJsonSchema(typeof(T), serializerOptions: typeInfo.Options);
        var handle = await orchestrator.SpawnAsync(goal with { OutputSchema = schema }, cancellationToken: cancellationToken).ConfigureAwait(false);
        var registration = cancellationToken.UnsafeRegister(
            static state => _ = (((IAgentOrchestrator, AgentId))state!).Item1.CancelAsync((((IAgentOrchestrator, AgentId))state).Item2, "the caller's token was cancelled"),
            (orchestrator, handle.Id));
        await using (registration.ConfigureAwait(false))
        {
            var result = await handle.Completion.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return result switch
            {
                { State: AgentState.Cancelled } => throw new OperationCanceledException($"Agent {result.Id} was cancelled."),
                { Error: { } error } => throw new AgentFailureException(error.Code, $"Agent {result.Id} failed with {error.Code}.", error.Exception),
                { Succeeded: false } => throw new AgentFailureException("criteria_not_met", $"Agent {result.Id} completed, and a success criterion was not met."),
                _ => (result.Output ?? throw new InvalidOperationException($"Agent {result.Id} gave no output.")).ReadData(typeInfo),
            };
        }
    }
}
