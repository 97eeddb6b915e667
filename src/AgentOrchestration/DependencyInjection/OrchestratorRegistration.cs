namespace AgentOrchestration.DependencyInjection;

/// <summary>Marks that the orchestrator with this key is registered, so that registering twice is harmless.</summary>
internal sealed record OrchestratorRegistration(string? Key);
