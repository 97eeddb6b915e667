namespace Supervisor;

/// <summary>What the workers know.</summary>
internal static class Library
{
    private static readonly string[] Lines =
    [
        "Two agents that want one file take turns: locks decide whose it is.",
        "Who is waiting holds no slot.",
        "A cat sleeps on the index.",
        "Every goal ends exactly once.",
    ];

    private static readonly Dictionary<string, string> Synonyms = new(StringComparer.OrdinalIgnoreCase) { ["feline"] = "cat" };

    public static IEnumerable<string> Find(string word) => Lines.Where(line => line.Contains(word, StringComparison.OrdinalIgnoreCase));

    public static string SynonymOf(string word) => Synonyms.GetValueOrDefault(word, word);
}
