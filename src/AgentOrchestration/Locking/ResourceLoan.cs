namespace AgentOrchestration.Locking;

/// <summary>A hold that one owner has lent to another. Used with the table's wait gate held, what is read of it to find out whether a hold is lent with the stripe's.</summary>
/// <param name="grant">The hold.</param>
/// <param name="generation">What the lender's guard calls it; not valid while it is lent.</param>
/// <param name="lender">Whose it was, and will be again.</param>
/// <param name="borrower">Whose it is now.</param>
internal sealed class ResourceLoan(ResourceGrant grant, long generation, LockOwner lender, LockOwner borrower)
{
    public ResourceGrant Grant => grant;

    public long Generation => generation;

    public LockOwner Lender => lender;

    public LockOwner Borrower => borrower;

    public ResourceKey Key { get; } = grant.Entry.Key;

    public ResourceMode Mode { get; } = grant.Mode;

    /// <summary>What it is called while it is lent; no guard has that name.</summary>
    public long LentGeneration { get; set; }

    /// <summary>False until it has changed hands, and for ever if the lender's guard was disposed before that.</summary>
    public bool HasMoved => LentGeneration != 0;

    /// <summary>The lender has disposed its guard meanwhile.</summary>
    public bool IsReleasedOnReturn { get; set; }
}
