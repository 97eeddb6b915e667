using System.Collections.ObjectModel;

namespace AgentOrchestration;

/// <summary>Which entries a list or a search considers: those that satisfy every condition that is set. Immutable.</summary>
public sealed record KnowledgeFilter
{
    /// <summary>Labels the entry must have, all of them. Default: none.</summary>
    public IReadOnlyList<string> Tags
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = Array.AsReadOnly(value.ToArray());
        }
    } = ReadOnlyCollection<string>.Empty;

    /// <summary>The agent that wrote the current version. Null: any author.</summary>
    public AgentId? AuthorId { get; init; }

    /// <summary>The name of who wrote the current version, compared ordinally. Null: any author.</summary>
    public string? AuthorName { get; init; }

    /// <summary>The least importance. Default: 0.</summary>
    public double MinImportance { get; init; }

    /// <summary>Whether this filter lets an entry through.</summary>
    public bool Matches(KnowledgeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!(entry.Importance >= MinImportance))
            return false;
        if (AuthorId is { } id && entry.Author.Id != id)
            return false;
        if (AuthorName is { } name && entry.Author.Name != name)
            return false;
        foreach (var tag in Tags)
        {
            if (!entry.Tags.Contains(tag, StringComparer.Ordinal))
                return false;
        }

        return true;
    }

    /// <summary>What is set, no content.</summary>
    public override string ToString() =>
        $"{nameof(KnowledgeFilter)} {{ {Tags.Count} tags, author {AuthorName ?? AuthorId?.ToString() ?? "any"}, importance from {MinImportance} }}";
}
