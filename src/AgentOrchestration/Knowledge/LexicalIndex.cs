using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AgentOrchestration.Knowledge;

/// <summary>An inverted index over the entries of a base, kept up to date with each write, and ranked by BM25. Not thread-safe: the base's gate guards it.</summary>
/// <remarks>
/// BM25 as in S. Robertson and H. Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with their usual constants. The weight of a term has 1
/// added under its logarithm, so that a term of more than half of all entries still counts for something rather than against.
/// </remarks>
internal sealed class LexicalIndex
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    private readonly Dictionary<string, IndexedTerm> _terms = new(StringComparer.Ordinal);
    private int _entries;
    private long _length;

    /// <summary>What terms and postings take.</summary>
    public long Bytes { get; private set; }

    public int Terms => _terms.Count;

    public long Postings { get; private set; }

    public void Add(IndexedEntry entry, TermBag terms)
    {
        Debug.Assert(entry.Places.Length == terms.Count, "The entry was made for other terms.");
        var place = 0;
        foreach (var (text, frequency) in terms.Counts)
        {
            ref var term = ref CollectionsMarshal.GetValueRefOrAddDefault(_terms, text, out var known);
            if (!known)
            {
                term = new IndexedTerm(text);
                Bytes += KnowledgeSize.OfTerm(text);
            }

            term!.Add(entry, place++, frequency);
        }

        _entries++;
        _length += entry.Length;
        Postings += entry.Places.Length;
        Bytes += entry.Places.Length * KnowledgeSize.Posting;
    }

    public void Remove(IndexedEntry entry)
    {
        foreach (var (term, position) in entry.Places)
        {
            term.RemoveAt(position);
            if (term.Postings.IsEmpty)
            {
                _terms.Remove(term.Text);
                Bytes -= KnowledgeSize.OfTerm(term.Text);
            }
        }

        _terms.TrimAfterRemoval();
        _entries--;
        _length -= entry.Length;
        Postings -= entry.Places.Length;
        Bytes -= entry.Places.Length * KnowledgeSize.Posting;
    }

    /// <summary>Every entry that has at least one of the terms, in no order.</summary>
    /// <param name="terms">At most 64, the bits of <see cref="ScoredEntry.Matched"/>.</param>
    public List<ScoredEntry> Score(ReadOnlySpan<string> terms)
    {
        Debug.Assert(terms.Length <= ScoredEntry.MaxTerms, "More terms than bits.");
        var averageLength = (double)_length / Math.Max(1, _entries);
        var found = new List<IndexedEntry>();
        for (var i = 0; i < terms.Length; i++)
        {
            if (!_terms.TryGetValue(terms[i], out var term))
                continue;

            var postings = term.Postings;
            var weight = Math.Log(1 + ((_entries - postings.Length + 0.5) / (postings.Length + 0.5)));
            foreach (var (entry, _, frequency) in postings)
            {
                if (entry.Matched == 0)
                    found.Add(entry);
                var saturation = K1 * (1 - B + (B * entry.Length / averageLength));
                entry.Score += weight * frequency * (K1 + 1) / (frequency + saturation);
                entry.Matched |= 1UL << i;
            }
        }

        var scored = new List<ScoredEntry>(found.Count);
        foreach (var entry in found)
        {
            scored.Add(new ScoredEntry(entry.Entry, entry.Score, entry.Matched));
            (entry.Score, entry.Matched) = (0, 0);
        }

        return scored;
    }
}
