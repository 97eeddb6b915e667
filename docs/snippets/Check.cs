namespace Snippets;

/// <summary>What a page claims, checked.</summary>
internal static class Check
{
    public static void That(bool holds, string claim)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The documentation says that {claim}. That is not so.");
        }
    }
}
