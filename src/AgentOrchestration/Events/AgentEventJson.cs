namespace AgentOrchestration;

/// <summary>The JSON form of events.</summary>
public static class AgentEventJson;
