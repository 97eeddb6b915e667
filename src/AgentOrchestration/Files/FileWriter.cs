namespace AgentOrchestration;

/// <summary>Who wrote a file, and when.</summary>
/// <param name="AgentId">The agent; null for the host.</param>
/// <param name="Name">Its name.</param>
/// <param name="At">When, on the orchestrator's clock.</param>
public sealed record FileWriter(AgentId? AgentId, string Name, DateTimeOffset At);
