namespace AgentOrchestration;

/// <summary>Names one thing that agents must not use at the same time. Compared by kind and name, case-sensitively.</summary>
public readonly record struct ResourceKey
{
    /// <summary>A resource of a kind of the host's own.</summary>
    /// <param name="kind">The kind, such as <c>db</c>; not blank.</param>
    /// <param name="name">Which one; not blank.</param>
    public ResourceKey(string kind, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(kind);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Kind = kind;
        Name = name;
    }

    /// <summary>The kind.</summary>
    public string Kind { get; }

    /// <summary>Which one.</summary>
    public string Name { get; }

    /// <summary>A named resource.</summary>
    public static ResourceKey Named(string name) => new("named", name);

    /// <summary>Kind and name, as <c>kind:name</c>.</summary>
    public override string ToString() => $"{Kind}:{Name}";
}
