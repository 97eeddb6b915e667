using AgentOrchestration.Locking;

namespace AgentOrchestration;

/// <summary>Proof that a resource is held; disposing it releases the resource. Thread-safe.</summary>
/// <remarks>
/// A cheap value that may be copied: disposing it twice, or disposing a copy or one whose hold has ended otherwise, does nothing, and never releases the hold of anybody
/// else. The default value holds nothing. An agent's guards end at the latest with its attempt.
/// </remarks>
public readonly struct ResourceGuard : IAsyncDisposable, IDisposable
{
    // Four words: it is copied several times on its way to the caller.
    private readonly ResourceGrant? _grant;
    private readonly ResourceKeyData? _key;
    private readonly long _generation;

    internal ResourceGuard(ResourceGrant grant, in ResourceKey key)
        : this(grant, key, grant.Generation, grant.FencingToken)
    {
    }

    internal ResourceGuard(ResourceGrant grant, in ResourceKey key, long generation, long fencingToken)
    {
        _grant = grant;
        _key = key.Data;
        _generation = generation;
        FencingToken = fencingToken;
    }

    /// <summary>The resource; for a set the first one.</summary>
    public ResourceKey Key => _key is null ? default : new ResourceKey(_key);

    /// <summary>How it is held; for a set the first one.</summary>
    public ResourceMode Mode => ResourceGrant.ModeOf(_generation);

    /// <summary>A number that grows with every hold: whoever stores what holders write can refuse a number below the highest it has seen. A hold taken again within
    /// itself keeps its number. From 1; 0 for the default guard.</summary>
    public long FencingToken { get; }

    /// <summary>Whether the resource is held through this guard at this moment. True can be out of date when it is read: to protect a write, compare
    /// <see cref="FencingToken"/> where the write happens.</summary>
    public bool IsHeld => _grant is not null && ResourceLockTable.IsHeld(_grant, _generation);

    /// <summary>Signalled when the hold is taken away before the guard is disposed: its lease has run out, or its agent was detached. Already signalled if the hold has ended;
    /// never for the default guard.</summary>
    public CancellationToken Lost => _grant is null ? CancellationToken.None : ResourceLockTable.GetLost(_grant, _generation);

    internal ResourceGrant? Grant => _grant;

    internal long Generation => _generation;

    /// <summary>Starts the <see cref="ResourceRequest.Lease"/> anew from now on, at its full length.</summary>
    /// <returns>Whether the resource is held through this guard, and so for another lease; true without effect if it is held without one. False once it is lost or released:
    /// then nothing brings it back.</returns>
    public bool TryRenew() => _grant is not null && _grant.Table.TryRenew(_grant, _generation);

    /// <summary>Releases the resource, if this guard still holds it. Never waits.</summary>
    public void Dispose() => _grant?.Table.Release(_grant, _generation);

    /// <inheritdoc cref="Dispose"/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
