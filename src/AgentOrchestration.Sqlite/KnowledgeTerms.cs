using System.Text;
using AgentOrchestration.Knowledge;

namespace AgentOrchestration.Sqlite;

/// <summary>Texts and queries as FTS5 gets them: terms with blanks between. A term is lower-case letters, marks, digits and underscores, so none needs escaping within quotes.</summary>
internal static class KnowledgeTerms
{
    // As the base in memory.
    private const int MaxQueryTerms = 64;

    public static string Document(KnowledgeDraft draft)
    {
        var bag = new TermBag();
        Add(bag, draft.Key, draft.Text, draft.Tags);
        var text = new StringBuilder();
        foreach (var (term, count) in bag.Counts)
        {
            for (var i = 0; i < count; i++)
            {
                text.Append(term).Append(' ');
            }
        }

        return text.ToString();
    }

    public static string[] OfQuery(string query)
    {
        var bag = new TermBag(MaxQueryTerms);
        Tokenizer.AddTerms(query, bag);
        return bag.ToSortedArray();
    }

    /// <summary>Any of the terms.</summary>
    public static string Expression(string[] terms) => string.Join(" OR ", terms.Select(static term => $"\"{term}\""));

    public static IReadOnlyList<string> Matched(KnowledgeEntry entry, string[] terms)
    {
        var bag = new TermBag();
        Add(bag, entry.Key, entry.Text, entry.Tags);
        var there = bag.Counts.Select(static count => count.Key).ToHashSet(StringComparer.Ordinal);
        return Array.AsReadOnly(Array.FindAll(terms, there.Contains));
    }

    private static void Add(TermBag bag, string key, string text, IReadOnlyList<string> tags)
    {
        Tokenizer.AddTerms(key, bag);
        Tokenizer.AddTerms(text, bag);
        foreach (var tag in tags)
        {
            Tokenizer.AddTerms(tag, bag);
        }
    }
}
