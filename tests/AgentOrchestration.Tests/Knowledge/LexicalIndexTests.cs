using AgentOrchestration.Knowledge;
using CsCheck;

namespace AgentOrchestration.Tests.Knowledge;

public sealed class LexicalIndexTests
{
    private static readonly string[] Words = ["lock", "slot", "gate", "queue", "event", "agent", "lockTable"];

    [Fact]
    public void Score_IsBm25()
    {
        var index = new LexicalIndex();
        Add(index, 1, "lock lock slot");
        Add(index, 2, "gate");

        var scored = Assert.Single(index.Score(["lock"]));

        // Two entries, one has the term: ln(1 + 1.5/1.5). Frequency 2, length 3, average length 2, k1 1.2, b 0.75.
        var expected = Math.Log(2) * 2 * 2.2 / (2 + (1.2 * (0.25 + (0.75 * 3 / 2))));
        Assert.Equal(expected, scored.Score, 1e-12);
        Assert.Equal(1UL, scored.Matched);
    }

    [Fact]
    public void Score_OfAnEmptyIndex_IsEmpty() => Assert.Empty(new LexicalIndex().Score(["lock"]));

    // After any additions and removals the index answers as one that was built from what is left.
    [Fact]
    public void AddAndRemove_LeaveTheSameAsAFreshIndex() =>
        Gen.Select(Gen.Int[0, 9], Gen.OneOf(Words).Array[0, 8]).Array[1, 60].Sample(steps =>
        {
            var index = new LexicalIndex();
            var present = new SortedDictionary<long, (string Text, IndexedEntry Entry)>();
            foreach (var (id, words) in steps)
            {
                if (present.Remove(id, out var removed))
                    index.Remove(removed.Entry);
                else
                    present[id] = (string.Join(' ', words), Add(index, id, string.Join(' ', words)));
            }

            var fresh = new LexicalIndex();
            foreach (var (id, (text, _)) in present)
                Add(fresh, id, text);

            Assert.Equal((fresh.Terms, fresh.Postings, fresh.Bytes), (index.Terms, index.Postings, index.Bytes));
            string[] query = ["agent", "lock", "slot", "table"];
            Assert.Equal(Ranked(fresh, query), Ranked(index, query));
        });

    private static IndexedEntry Add(LexicalIndex index, long id, string text)
    {
        var terms = new TermBag();
        Tokenizer.AddTerms(text, terms);
        var entry = new KnowledgeEntry(new KnowledgeDraft($"{id}", text), KnowledgeAuthor.Host, id + 1, default, default);
        var indexed = new IndexedEntry(entry, terms.Length, terms.Count, 0);
        index.Add(indexed, terms);
        return indexed;
    }

    private static (string Key, double Score, ulong Matched)[] Ranked(LexicalIndex index, string[] query)
    {
        var scored = index.Score(query);
        scored.Sort(ScoredEntry.Ranking);
        return [.. scored.Select(entry => (entry.Entry.Key, entry.Score, entry.Matched))];
    }
}
