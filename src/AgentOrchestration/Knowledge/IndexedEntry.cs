namespace AgentOrchestration.Knowledge;

/// <summary>An entry in the base, with its places in the index. Its mutable part belongs to <see cref="LexicalIndex"/>.</summary>
internal sealed class IndexedEntry(KnowledgeEntry entry, int length, int termCount, long bytes)
{
    /// <summary>The next to forget comes first: least important, then written longest ago.</summary>
    public static IComparer<IndexedEntry> EvictionOrder { get; } = Comparer<IndexedEntry>.Create(static (left, right) =>
    {
        var byImportance = left.Entry.Importance.CompareTo(right.Entry.Importance);
        return byImportance != 0 ? byImportance : left.Entry.Version.CompareTo(right.Entry.Version);
    });

    public KnowledgeEntry Entry { get; } = entry;

    /// <summary>Occurrences of all its terms.</summary>
    public int Length { get; } = length;

    /// <summary>What the entry takes without its share of the index.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>Its terms: each place knows the posting that points back to it, so that a removal searches nothing.</summary>
    public TermPlace[] Places { get; } = new TermPlace[termCount];

    /// <summary>The sum of the search that runs now; zero between searches. Here, not in a table of the search: that made a search of common terms three times slower.</summary>
    public double Score { get; set; }

    /// <summary>The terms found by the search that runs now, a bit for each; zero between searches.</summary>
    public ulong Matched { get; set; }
}

/// <summary>One term of one entry.</summary>
/// <param name="Term">The term.</param>
/// <param name="Position">Where in <see cref="IndexedTerm"/> the posting of the entry is.</param>
internal readonly record struct TermPlace(IndexedTerm Term, int Position);

/// <summary>One entry of one term.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Place">Which of its places is this term.</param>
/// <param name="Frequency">How often the term occurs in the entry.</param>
internal readonly record struct Posting(IndexedEntry Entry, int Place, int Frequency);
