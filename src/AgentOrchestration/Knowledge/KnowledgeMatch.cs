namespace AgentOrchestration;

/// <summary>An entry that a search found.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Score">How well it matches; positive, higher is better. Comparable only within one search.</param>
/// <param name="MatchedTerms">The terms of the query that it has, in lower case and ordinal order; empty where it was found by other means than words.</param>
public sealed record KnowledgeMatch(KnowledgeEntry Entry, double Score, IReadOnlyList<string> MatchedTerms)
{
    /// <summary>Key, score and counts, no content.</summary>
    public override string ToString() => $"{nameof(KnowledgeMatch)} {{ {Entry.Key}, score {Score}, {MatchedTerms.Count} terms }}";
}
