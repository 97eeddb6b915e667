using System.Runtime.InteropServices;
using System.Text.Json;

namespace AgentOrchestration.Knowledge;

/// <summary>
/// What things take in memory, on a 64-bit runtime: an estimate, from the layout of the objects, with dictionaries and growing arrays counted at their usual slack.
/// Sizes add up, so that a removal takes back exactly what the write added.
/// </summary>
internal static class KnowledgeSize
{
    /// <summary>One term of one entry: 16 for its place, and 16 for its posting in an array that is on average somewhat over half full.</summary>
    public const int Posting = 16 + (16 * 3 / 2);

    // KnowledgeEntry 128, IndexedEntry 64, its array 24, its place in the dictionary 48 and in the order of eviction 48.
    private const int EntryOverhead = 312;

    // IndexedTerm 40, the header of its array 24, its place in the dictionary 48.
    private const int TermOverhead = 112;

    // JsonDocument with its parts.
    private const int DataOverhead = 160;

    // JsonDocument keeps 12 bytes for each token besides the text.
    private const int DataToken = 12;

    public static long OfTerm(string text) => TermOverhead + OfString(text);

    public static long OfEntry(KnowledgeDraft draft)
    {
        var bytes = EntryOverhead + OfString(draft.Key) + OfString(draft.Text);
        if (draft.Tags.Count > 0)
        {
            bytes += 24 + 24;
            foreach (var tag in draft.Tags)
                bytes += 8 + OfString(tag);
        }

        return draft.Data is { } data ? bytes + OfData(data) : bytes;
    }

    /// <summary>What an entry would take in an empty base.</summary>
    public static long Alone(KnowledgeDraft draft, TermBag terms)
    {
        var bytes = OfEntry(draft) + ((long)terms.Count * Posting);
        foreach (var (text, _) in terms.Counts)
            bytes += OfTerm(text);
        return bytes;
    }

    private static long OfString(string text) => 24 + (2L * text.Length);

    private static long OfData(JsonElement data)
    {
        var text = JsonMarshal.GetRawUtf8Value(data);
        var tokens = 0L;
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        while (reader.Read())
            tokens++;
        return DataOverhead + text.Length + (tokens * DataToken);
    }
}
