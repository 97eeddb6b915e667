namespace AgentOrchestration;

/// <summary>How full a knowledge base was at one instant.</summary>
/// <param name="Entries">Entries it held.</param>
/// <param name="Bytes">Bytes that they took, their search index included; an estimate where they are objects in memory.</param>
/// <param name="MaxBytes">The most it may take; null for no limit.</param>
/// <param name="Evicted">Entries forgotten to make room, since it was made.</param>
public sealed record KnowledgeStatistics(long Entries, long Bytes, long? MaxBytes, long Evicted);
