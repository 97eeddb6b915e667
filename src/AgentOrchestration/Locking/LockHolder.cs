namespace AgentOrchestration.Locking;

/// <summary>Who holds or waits, for people: without the owner, and so without the agent and all that it refers to.</summary>
internal sealed record LockHolder(string Name, AgentId? AgentId);
