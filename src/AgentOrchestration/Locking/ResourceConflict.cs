namespace AgentOrchestration;

/// <summary>Why a resource could not be had at once.</summary>
/// <param name="Key">The resource.</param>
/// <param name="Holder">The name of its holder, or of the first who waits for it.</param>
/// <param name="HolderId">The holder's agent; null if the host holds it.</param>
/// <param name="Mode">How it is held.</param>
/// <param name="Since">Since when.</param>
public readonly record struct ResourceConflict(ResourceKey Key, string Holder, AgentId? HolderId, ResourceMode Mode, DateTimeOffset Since);
