namespace AgentOrchestration;

/// <summary>Which resource is wanted, and how.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Mode">Alone or beside other readers.</param>
public readonly record struct ResourceRequest(ResourceKey Key, ResourceMode Mode = ResourceMode.Exclusive)
{
    /// <summary>The named resource, exclusively.</summary>
    public static ResourceRequest Exclusive(string name) => new(ResourceKey.Named(name));

    /// <summary>The named resource, shared.</summary>
    public static ResourceRequest Shared(string name) => new(ResourceKey.Named(name), ResourceMode.Shared);
}

/// <summary>How a resource is held.</summary>
public enum ResourceMode
{
    /// <summary>By one holder alone.</summary>
    Exclusive,

    /// <summary>By any number of holders, none of them exclusive.</summary>
    Shared,
}
