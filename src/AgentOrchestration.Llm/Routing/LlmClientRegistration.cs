using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Routing;

/// <summary>A client that the host has added: how it is made, and its settings.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Create">Makes it.</param>
/// <param name="IsOwned">Whether it is disposed with the router.</param>
internal sealed record LlmClientRegistration(string Name, Func<IServiceProvider, IChatClient> Create, bool IsOwned)
{
    public LlmClientOptions Options { get; } = new();
}
