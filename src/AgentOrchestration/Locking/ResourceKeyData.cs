namespace AgentOrchestration.Locking;

/// <summary>What a key consists of. Immutable.</summary>
internal sealed class ResourceKeyData(string kind, string name, ResourceScope scope)
{
    public readonly int Hash = HashCode.Combine(kind, name);
    public readonly ResourceScope Scope = scope;
    public readonly string Name = name;
    public readonly string Kind = kind;
}
