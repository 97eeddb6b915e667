namespace AgentOrchestration.Knowledge;

/// <summary>An entry that has terms of a query.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Score">How well it matches.</param>
/// <param name="Matched">Which terms it has: a bit for each.</param>
internal readonly record struct ScoredEntry(KnowledgeEntry Entry, double Score, ulong Matched)
{
    public const int MaxTerms = 64;

    /// <summary>The best comes first. Versions are unique, so that the order is total and a result is the same every time.</summary>
    public static IComparer<ScoredEntry> Ranking { get; } = Comparer<ScoredEntry>.Create(static (left, right) =>
    {
        var order = right.Score.CompareTo(left.Score);
        if (order == 0)
            order = right.Entry.Importance.CompareTo(left.Entry.Importance);
        return order != 0 ? order : right.Entry.Version.CompareTo(left.Entry.Version);
    });

    public KnowledgeMatch ToMatch(string[] terms)
    {
        var matched = new List<string>(System.Numerics.BitOperations.PopCount(Matched));
        for (var i = 0; i < terms.Length; i++)
        {
            if ((Matched & (1UL << i)) != 0)
                matched.Add(terms[i]);
        }

        return new KnowledgeMatch(Entry, Score, matched.AsReadOnly());
    }
}
