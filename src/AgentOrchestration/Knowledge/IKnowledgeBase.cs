namespace AgentOrchestration;

/// <summary>What agents share.</summary>
public interface IKnowledgeBase;
