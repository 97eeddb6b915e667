using AgentOrchestration.Internal;
using AgentOrchestration.Llm.Routing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>The models that agents and runs use, and how calls are spread over them. Read once, when the router is made.</summary>
public sealed class LlmOptions
{
    /// <summary>The name of the container's <see cref="IChatClient"/>, which is used where no client is added.</summary>
    public const string DefaultClientName = "default";

    /// <summary>
    /// Longest that one call may wait in all: for a place at a client, for a client that asked to be called later, and for the trial of one whose circuit is open. Then it fails with
    /// <see cref="TimeoutException"/>; one that would wait in vain fails at once.
    /// </summary>
    /// <value>From zero to 1 day. Default: 15 min.</value>
    [DurationRange("00:00:00", "1.00:00:00")]
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromMinutes(15);

    internal List<LlmClientRegistration> Clients { get; } = [];

    /// <summary>Adds a client that is there already. It stays the host's: the router does not dispose it.</summary>
    /// <param name="name">Its name, in events, metrics and messages; not blank. A later client of the same name replaces it.</param>
    /// <param name="client">The client; thread-safe, as every <see cref="IChatClient"/>.</param>
    /// <param name="configure">What it is good for, and what it can bear.</param>
    /// <returns>These options.</returns>
    public LlmOptions AddClient(string name, IChatClient client, Action<LlmClientOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(client);
        return Add(new LlmClientRegistration(name, _ => client, IsOwned: false), configure);
    }

    /// <summary>Adds a client that is made with the router, and disposed with it.</summary>
    /// <param name="name">Its name, in events, metrics and messages; not blank. A later client of the same name replaces it.</param>
    /// <param name="create">Makes the client, from the container; without one the services resolve nothing.</param>
    /// <param name="configure">What it is good for, and what it can bear.</param>
    /// <returns>These options.</returns>
    public LlmOptions AddClient(string name, Func<IServiceProvider, IChatClient> create, Action<LlmClientOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        return Add(new LlmClientRegistration(name, create, IsOwned: true), configure);
    }

    private LlmOptions Add(LlmClientRegistration registration, Action<LlmClientOptions>? configure)
    {
        configure?.Invoke(registration.Options);
        Clients.RemoveAll(client => string.Equals(client.Name, registration.Name, StringComparison.Ordinal));
        Clients.Add(registration);
        return this;
    }
}
