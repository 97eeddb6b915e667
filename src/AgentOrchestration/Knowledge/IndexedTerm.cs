using System.Diagnostics;

namespace AgentOrchestration.Knowledge;

/// <summary>A term and the entries that have it, in no order. Adding and removing cost the same however common the term is.</summary>
internal sealed class IndexedTerm(string text)
{
    private Posting[] _postings = new Posting[1];
    private int _count;

    public string Text { get; } = text;

    public ReadOnlySpan<Posting> Postings => _postings.AsSpan(0, _count);

    public void Add(IndexedEntry entry, int place, int frequency)
    {
        if (_count == _postings.Length)
            Array.Resize(ref _postings, _count * 2);
        _postings[_count] = new Posting(entry, place, frequency);
        entry.Places[place] = new TermPlace(this, _count);
        _count++;
    }

    public void RemoveAt(int position)
    {
        Debug.Assert(position < _count, "The place of a removed posting is stale.");

        // The last posting takes the free place, and its entry is told.
        var last = _postings[--_count];
        _postings[_count] = default;
        if (position < _count)
        {
            _postings[position] = last;
            last.Entry.Places[last.Place] = last.Entry.Places[last.Place] with { Position = position };
        }

        // Half, not to fit: a term at the edge would otherwise resize at every change.
        if (_count > 0 && _count <= _postings.Length / 4)
            Array.Resize(ref _postings, _postings.Length / 2);
    }
}
