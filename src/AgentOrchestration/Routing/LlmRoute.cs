namespace AgentOrchestration;

/// <summary>A router's choice of a model for a request.</summary>
/// <param name="Client">The chosen client, by the name that the host gave it.</param>
/// <param name="Reason">Why it was chosen.</param>
/// <param name="Price">What its tokens cost; null if that is not known.</param>
public sealed record LlmRoute(string Client, LlmRouteReason Reason, ModelPrice? Price = null);
