using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>Chooses the model that answers a request. The host provides it; without one, what needs a model is refused when it is asked for.</summary>
/// <remarks>Implementations must be thread-safe.</remarks>
public interface ILlmRouter
{
    /// <summary>The client to use for one request. It stays the router's: the caller does not dispose it.</summary>
    /// <param name="request">What it is for.</param>
    /// <param name="cancellationToken">Ends the choice.</param>
    ValueTask<IChatClient> SelectClientAsync(LlmRequest request, CancellationToken cancellationToken = default);
}
