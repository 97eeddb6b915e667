namespace AgentOrchestration.Llm.Routing;

/// <summary>The pool at one moment.</summary>
/// <param name="Clients">Each client.</param>
/// <param name="Waiting">Calls that wait.</param>
internal sealed record PoolSnapshot(IReadOnlyList<ClientSnapshot> Clients, int Waiting);

/// <summary>One client at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="InFlight">Calls in flight.</param>
/// <param name="Limit">How many may be.</param>
/// <param name="Circuit">Whether it is called.</param>
internal sealed record ClientSnapshot(string Name, int InFlight, int Limit, CircuitPhase Circuit);
