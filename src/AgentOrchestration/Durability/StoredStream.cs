namespace AgentOrchestration;

/// <summary>What a store knows of one stream.</summary>
/// <param name="Id">Its id.</param>
/// <param name="BeganAt">The timestamp of its first record.</param>
public sealed record StoredStream(string Id, DateTimeOffset BeganAt)
{
    /// <summary>The timestamp of its last record, if that ended it; null if it has not ended.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The fencing token of the lease it belongs to; null once it has ended.</summary>
    public long? LeaseToken { get; init; }

    /// <summary>Whether that lease lasts at this moment.</summary>
    public bool IsLive { get; init; }

    /// <summary>How many records it has.</summary>
    public long Records { get; init; }

    /// <summary>The size of their data.</summary>
    public long Bytes { get; init; }
}
