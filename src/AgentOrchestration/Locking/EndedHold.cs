namespace AgentOrchestration.Locking;

/// <summary>A hold of one resource that has ended.</summary>
/// <param name="Owner">Whose it was.</param>
/// <param name="Key">The resource.</param>
/// <param name="Mode">How it was held.</param>
/// <param name="FencingToken">Its number.</param>
/// <param name="Since">Since when, in UTC ticks.</param>
/// <param name="End">Why it ended.</param>
internal sealed record EndedHold(LockOwner Owner, ResourceKey Key, ResourceMode Mode, long FencingToken, long Since, HoldEnd End)
{
    /// <summary>Why it was taken away from a holder that may still rely on it; null if it was not.</summary>
    public LockLossReason? Loss => End switch
    {
        HoldEnd.LeaseRanOut => LockLossReason.LeaseExpired,
        HoldEnd.OwnerDetached => LockLossReason.AgentDetached,
        HoldEnd.TableStopped => LockLossReason.OrchestratorDisposed,
        _ => null,
    };
}
