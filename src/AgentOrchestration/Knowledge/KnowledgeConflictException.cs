namespace AgentOrchestration;

/// <summary>A write or removal was refused, because the key is not in the state the caller expected: somebody else changed it in between. Nothing was changed.</summary>
public sealed class KnowledgeConflictException : AgentOrchestrationException
{
    internal KnowledgeConflictException(string key, ExpectedVersion expected, KnowledgeEntry? current)
        : base(current is null
            ? $"Knowledge '{key}' was not changed: expected {expected}, but there is no entry: it was removed or evicted. Write it with the expectation absent."
            : $"Knowledge '{key}' was not changed: expected {expected}, but there is version {current.Version} by {current.Author}. Read it, merge, and expect that version.") =>
        (Key, Expected, CurrentVersion, CurrentAuthor) = (key, expected, current?.Version ?? 0, current?.Author);

    /// <summary>The key.</summary>
    public string Key { get; }

    /// <summary>What the caller expected.</summary>
    public ExpectedVersion Expected { get; }

    /// <summary>The version that is there; 0 for none.</summary>
    public long CurrentVersion { get; }

    /// <summary>Who wrote it; null for none.</summary>
    public KnowledgeAuthor? CurrentAuthor { get; }
}
