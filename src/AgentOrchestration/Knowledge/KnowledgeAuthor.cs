namespace AgentOrchestration;

/// <summary>Who wrote an entry. Immutable.</summary>
public sealed record KnowledgeAuthor
{
    /// <summary>An author.</summary>
    /// <param name="id">The agent; null for a part of the host.</param>
    /// <param name="name">Its name; not blank.</param>
    public KnowledgeAuthor(AgentId? id, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Id = id;
        Name = name;
    }

    /// <summary>The host: no agent, named <c>host</c>.</summary>
    public static KnowledgeAuthor Host { get; } = new(null, "host");

    /// <summary>The agent; null for a part of the host.</summary>
    public AgentId? Id { get; }

    /// <summary>The name it had when it wrote.</summary>
    public string Name { get; }

    /// <summary>Name and id.</summary>
    public override string ToString() => Id is { } id ? $"{Name} ({id})" : Name;
}
