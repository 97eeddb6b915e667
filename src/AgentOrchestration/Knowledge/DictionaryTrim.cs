namespace AgentOrchestration.Knowledge;

internal static class DictionaryTrim
{
    private const int SmallCapacity = 1024;

    /// <summary>Gives memory back once three quarters are empty, which no dictionary does by itself; to half, so that the next changes do not resize it again.</summary>
    public static void TrimAfterRemoval<TValue>(this Dictionary<string, TValue> dictionary)
    {
        if (dictionary.Capacity > SmallCapacity && dictionary.Count < dictionary.Capacity / 4)
            dictionary.TrimExcess(dictionary.Capacity / 2);
    }
}
