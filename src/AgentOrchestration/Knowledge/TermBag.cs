using System.Runtime.InteropServices;

namespace AgentOrchestration.Knowledge;

/// <summary>The terms of one text and how often each occurs. Not thread-safe.</summary>
/// <param name="maxTerms">The most different terms it keeps; later ones are dropped.</param>
internal sealed class TermBag(int maxTerms = int.MaxValue)
{
    /// <summary>Longer terms are cut, in texts and in queries alike: encoded data must not become dictionary keys of its own size.</summary>
    public const int MaxTermChars = 64;

    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Different terms.</summary>
    public int Count => _counts.Count;

    /// <summary>Occurrences of all terms: the length of the text, for ranking.</summary>
    public int Length { get; private set; }

    public IEnumerable<KeyValuePair<string, int>> Counts => _counts;

    public void Add(ReadOnlySpan<char> term)
    {
        if (term.Length > MaxTermChars)
            term = term[..(char.IsHighSurrogate(term[MaxTermChars - 1]) ? MaxTermChars - 1 : MaxTermChars)];
        Span<char> buffer = stackalloc char[MaxTermChars];
        var lower = buffer[..term.ToLowerInvariant(buffer)];

        var counts = _counts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (_counts.Count >= maxTerms && !counts.ContainsKey(lower))
            return;
        CollectionsMarshal.GetValueRefOrAddDefault(counts, lower, out _)++;
        Length++;
    }

    /// <summary>The different terms, in ordinal order.</summary>
    public string[] ToSortedArray()
    {
        var terms = _counts.Keys.ToArray();
        Array.Sort(terms, StringComparer.Ordinal);
        return terms;
    }
}
