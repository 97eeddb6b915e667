using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework;

/// <summary>Where an attempt goes on from.</summary>
/// <param name="Session">The agent's session, as it serialises it.</param>
/// <param name="Requests">The approvals that it waits for.</param>
internal sealed record FrameworkCheckpoint(JsonElement Session, JsonElement Requests)
{
    private static readonly JsonTypeInfo<IList<AIContent>> Contents = (JsonTypeInfo<IList<AIContent>>)AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IList<AIContent>));

    public static ValueTask<FrameworkCheckpoint?> LoadAsync(AgentContext context) => context.LoadCheckpointAsync(FrameworkJsonContext.Default.FrameworkCheckpoint);

    public static async ValueTask SaveAsync(
        AgentContext context, AIAgent agent, AgentSession session, IReadOnlyList<ToolApprovalRequestContent> requests, CancellationToken cancellationToken)
    {
        JsonElement state;
        try
        {
            state = await agent.SerializeSessionAsync(session, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (NotSupportedException)
        {
            // Not every agent can: then a later attempt starts anew.
            return;
        }

        await context.SaveCheckpointAsync(
            new FrameworkCheckpoint(state, JsonSerializer.SerializeToElement([.. requests], Contents)), FrameworkJsonContext.Default.FrameworkCheckpoint).ConfigureAwait(false);
    }

    public IReadOnlyList<ToolApprovalRequestContent> ReadRequests() => [.. Requests.Deserialize(Contents)!.OfType<ToolApprovalRequestContent>()];
}

[JsonSerializable(typeof(FrameworkCheckpoint))]
internal sealed partial class FrameworkJsonContext : JsonSerializerContext;
