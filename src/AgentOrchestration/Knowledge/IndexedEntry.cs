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
}

/// <summary>One term of one entry.</summary>
/// <param name="Term">The term.</param>
/// <param name="Frequency">How often it occurs in the entry.</param>
/// <param name="Position">Where in <see cref="IndexedTerm"/> the posting of the entry is.</param>
internal readonly record struct TermPlace(IndexedTerm Term, int Frequency, int Position);

/// <summary>One entry of one term.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Place">Which of its places is this term.</param>
internal readonly record struct Posting(IndexedEntry Entry, int Place);
