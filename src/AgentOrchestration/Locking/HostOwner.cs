namespace AgentOrchestration.Locking;

/// <summary>Host code outside any agent: it has no slot to give back, and each of its acquisitions stands for itself.</summary>
internal sealed class HostOwner : LockOwner
{
    public static readonly HostOwner Instance = new();

    private HostOwner()
        : base(parent: null)
    {
    }

    public override string Name => "host";

    public override AgentId? AgentId => null;

    public override bool IsAnonymous => true;

    public override CancellationToken CancellationToken => CancellationToken.None;

    public override ValueTask WaitAsync(ResourceKey key, Task granted) => new(granted);
}
