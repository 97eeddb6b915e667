namespace AgentOrchestration;

/// <summary>What became of a write or a removal.</summary>
/// <param name="Applied">Whether it was done.</param>
/// <param name="Entry">The entry that was written or removed; if nothing was done, the one that is there, null for none.</param>
/// <param name="Evicted">How many other entries were forgotten to make room.</param>
public sealed record KnowledgeChange(bool Applied, KnowledgeEntry? Entry, int Evicted = 0)
{
    /// <summary>The outcome, no content.</summary>
    public override string ToString() => $"{nameof(KnowledgeChange)} {{ {(Applied ? "applied" : "refused")}, {Entry?.ToString() ?? "no entry"}, {Evicted} evicted }}";
}
