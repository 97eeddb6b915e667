using AgentOrchestration.Locking;

namespace AgentOrchestration;

/// <summary>Why a resource could not be had at once.</summary>
public readonly record struct ResourceConflict
{
    // Few words, and those of the holder in one: being told that a resource is held costs little more than copying this to the caller.
    private readonly LockHolder? _holder;
    private readonly long _sinceTicks;

    /// <summary>Makes one.</summary>
    /// <param name="Key">The resource.</param>
    /// <param name="Holder">The name of its holder, or of the first who waits for it.</param>
    /// <param name="HolderId">The holder's agent; null if the host holds it.</param>
    /// <param name="Mode">How it is held.</param>
    /// <param name="Since">Since when.</param>
    public ResourceConflict(ResourceKey Key, string Holder, AgentId? HolderId, ResourceMode Mode, DateTimeOffset Since)
        : this(Key, new LockHolder(Holder, HolderId), Mode, Since.UtcTicks)
    {
    }

    internal ResourceConflict(ResourceKey key, LockHolder holder, ResourceMode mode, long sinceTicks) => (Key, _holder, Mode, _sinceTicks) = (key, holder, mode, sinceTicks);

    /// <summary>The resource.</summary>
    public ResourceKey Key { get; init; }

    /// <summary>The name of its holder, or of the first who waits for it; null for the default value.</summary>
    public string Holder { get => _holder?.Name!; init => _holder = new LockHolder(value, HolderId); }

    /// <summary>The holder's agent; null if the host holds it.</summary>
    public AgentId? HolderId { get => _holder?.AgentId; init => _holder = new LockHolder(Holder, value); }

    /// <summary>How it is held.</summary>
    public ResourceMode Mode { get; init; }

    /// <summary>Since when, in UTC.</summary>
    public DateTimeOffset Since { get => CoarseClock.ToDate(_sinceTicks); init => _sinceTicks = value.UtcTicks; }

    /// <summary>Takes it apart.</summary>
    /// <param name="Key">The resource.</param>
    /// <param name="Holder">The name of its holder, or of the first who waits for it.</param>
    /// <param name="HolderId">The holder's agent; null if the host holds it.</param>
    /// <param name="Mode">How it is held.</param>
    /// <param name="Since">Since when.</param>
    public void Deconstruct(out ResourceKey Key, out string Holder, out AgentId? HolderId, out ResourceMode Mode, out DateTimeOffset Since) =>
        (Key, Holder, HolderId, Mode, Since) = (this.Key, this.Holder, this.HolderId, this.Mode, this.Since);
}
