namespace AgentOrchestration;

/// <summary>Proof that a resource is held.</summary>
public readonly struct ResourceGuard;
