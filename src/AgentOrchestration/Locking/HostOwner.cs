namespace AgentOrchestration.Locking;

/// <summary>Host code: it has no slot to give back.</summary>
internal sealed class HostOwner : LockOwner
{
    /// <summary>Stands for all host code that has no owner of its own: each of its acquisitions is for itself.</summary>
    public static readonly HostOwner Anonymous = new("host", isAnonymous: true);

    private HostOwner(string name, bool isAnonymous)
        : base(parent: null) => (Name, IsAnonymous) = (name, isAnonymous);

    public override string Name { get; }

    public override AgentId? AgentId => null;

    public override bool IsAnonymous { get; }

    public override CancellationToken CancellationToken => CancellationToken.None;

    internal override bool WaitsByItself => true;

    public static HostOwner Create(string name) => new(name, isAnonymous: false);

    public override ValueTask WaitAsync(ResourceKey key, Task granted) => new(granted);
}
