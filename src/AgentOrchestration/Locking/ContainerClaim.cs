namespace AgentOrchestration.Locking;

/// <summary>A directory or surface that is held, or waited for: what lies in it is not simply free. Immutable.</summary>
/// <param name="Key">The container.</param>
/// <param name="Mode">How it is held or wanted.</param>
/// <param name="Owner">By whom.</param>
/// <param name="Grant">The hold; null while it is waited for.</param>
/// <param name="Node">The wait; null once it is held.</param>
internal sealed record ContainerClaim(ResourceKey Key, ResourceMode Mode, LockOwner Owner, ResourceGrant? Grant, WaitNode? Node)
{
    public bool IsWaiting => Node is not null;

    /// <summary>Whether it lies over <paramref name="key"/> and does not go together with <paramref name="mode"/>.</summary>
    public bool ConflictsWith(in ResourceKey key, ResourceMode mode) => (mode == ResourceMode.Exclusive || Mode == ResourceMode.Exclusive) && Key.Covers(key);
}
