namespace AgentOrchestration.Llm.Routing;

/// <summary>Leave for one call of one client. Whoever has it gives it back to the pool, once.</summary>
/// <param name="Client">The client.</param>
/// <param name="Epoch">The epoch of the client's limit in which it was given.</param>
/// <param name="IsTrial">Whether the call decides if the client's circuit closes again.</param>
internal readonly record struct Place(ModelClient Client, int Epoch, bool IsTrial);
