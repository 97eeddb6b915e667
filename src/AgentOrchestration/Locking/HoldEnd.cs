namespace AgentOrchestration.Locking;

/// <summary>Why a hold ended; after <see cref="OwnerEnded"/> come those by which it was taken away from a holder that may still rely on it.</summary>
internal enum HoldEnd
{
    /// <summary>Its guard was disposed.</summary>
    Released,

    /// <summary>Its owner has ended, and its code with it.</summary>
    OwnerEnded,

    /// <summary>Its owner was ended, and its code may still run.</summary>
    OwnerDetached,

    /// <summary>Its lease has run out.</summary>
    LeaseRanOut,

    /// <summary>It had a lease, and no clock ends leases any more.</summary>
    TableStopped,
}
