namespace AgentOrchestration;

/// <summary>How a SQLite store works. Read once, when the store is made.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>How long a call waits while another process writes to the file; then it fails with a <see cref="StoreException"/> that is transient.</summary>
    /// <value>From zero. Default: 5 s.</value>
    public TimeSpan BusyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most records that are written in one transaction, of any number of callers that wait at the time. Each transaction costs one flush to the disk.</summary>
    /// <value>From 1. Default: 10,000.</value>
    public int MaxRecordsPerCommit { get; set; } = 10_000;

    /// <summary>The clock of leases; null takes the system's. All processes on one file must agree on the time.</summary>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>What is wrong with the options; null if nothing is.</summary>
    internal string? FindFault() =>
        BusyTimeout < TimeSpan.Zero || BusyTimeout > TimeSpan.FromDays(1) ? $"{nameof(BusyTimeout)} is {BusyTimeout}; use zero to 1 day."
        : MaxRecordsPerCommit < 1 ? $"{nameof(MaxRecordsPerCommit)} is {MaxRecordsPerCommit}; use 1 or more."
        : null;
}
