namespace AgentOrchestration.Locking;

/// <summary>
/// The lease of one hold, or of a set, and the source of its <see cref="ResourceGuard.Lost"/> token: one object, so that a hold without a lease carries no room for one.
/// </summary>
/// <param name="grant">The hold; of a set the first.</param>
/// <param name="generation">The use of <paramref name="grant"/> that is meant.</param>
/// <param name="length">In ticks of the clock's timestamp.</param>
internal sealed class ResourceLease(ResourceGrant grant, long generation, long length) : CancellationTokenSource
{
    public ResourceGrant Grant { get; } = grant;

    public long Generation { get; } = generation;

    public long Length { get; } = length;

    /// <summary>When it runs out. Belongs to the lease clock's gate, as the rest does.</summary>
    public long Due { get; set; }

    /// <summary>It has run out: it can no longer be renewed, although its hold may end a moment later.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether the hold it is for still stands, as far as can be seen without its stripe's gate.</summary>
    public bool IsHeld => Grant.Generation == Generation;
}
