using System.Text.Json;

namespace AgentOrchestration;

/// <summary>One thing that is known. Immutable: a later write makes a new entry. <see cref="ToString"/> prints no content.</summary>
public sealed record KnowledgeEntry
{
    /// <summary>An entry, for implementers of <see cref="IKnowledgeBase"/>.</summary>
    /// <param name="draft">What was written.</param>
    /// <param name="author">Who wrote it.</param>
    /// <param name="version">Its version; from 1.</param>
    /// <param name="createdAt">When the key was first written.</param>
    /// <param name="updatedAt">When this version was written.</param>
    public KnowledgeEntry(KnowledgeDraft draft, KnowledgeAuthor author, long version, DateTimeOffset createdAt, DateTimeOffset updatedAt)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(author);
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        Key = draft.Key;
        Text = draft.Text;
        Tags = draft.Tags;
        Importance = draft.Importance;
        Data = draft.Data;
        Author = author;
        Version = version;
        CreatedAt = createdAt;
        UpdatedAt = updatedAt;
    }

    /// <summary>What names it.</summary>
    public string Key { get; }

    /// <summary>What is known, in words.</summary>
    public string Text { get; }

    /// <summary>Labels to filter by; each once.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>How much it matters, from 0 to 1.</summary>
    public double Importance { get; }

    /// <summary>The same as data, for code; null for none.</summary>
    public JsonElement? Data { get; }

    /// <summary>Who wrote this version.</summary>
    public KnowledgeAuthor Author { get; }

    /// <summary>
    /// The number of this write, from 1. It grows with every write to the base, of any key, and none is given out twice: a key that was removed and written
    /// again has a version nobody has seen.
    /// </summary>
    public long Version { get; }

    /// <summary>When the key was first written; after a removal, when it was written again.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>When this version was written.</summary>
    public DateTimeOffset UpdatedAt { get; }

    /// <summary>A draft of the same content, to change and write again: <c>WriteAsync(entry.ToDraft() with { Text = ... }, entry.Version)</c>.</summary>
    public KnowledgeDraft ToDraft() => new(Key, Text) { Tags = Tags, Importance = Importance, Data = Data };

    /// <summary>Key, version, author and sizes, no content.</summary>
    public override string ToString() =>
        $"{nameof(KnowledgeEntry)} {{ {Key}, version {Version} by {Author}, {Text.Length} characters, {Tags.Count} tags{(Data is null ? "" : ", data")} }}";
}
