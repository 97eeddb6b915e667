namespace AgentOrchestration;

/// <summary>What was to be appended to a store was refused, because the lease is lost or the stream is no longer its own: another orchestrator goes on with it.</summary>
public sealed class StoreLeaseLostException : AgentOrchestrationException
{
    /// <summary>A refusal.</summary>
    /// <param name="lease">The lease.</param>
    /// <param name="stream">The stream that is not its own; null if the lease itself is lost.</param>
    public StoreLeaseLostException(StoreLease lease, string? stream = null)
        : base(stream is null
            ? $"Lease {Check(lease).Token} of '{lease.Holder}' is lost: it was not renewed in time, and another orchestrator may go on with its agents. End what runs here, and start anew."
            : $"'{stream}' does not belong to lease {Check(lease).Token} of '{lease.Holder}': another orchestrator goes on with it, or it was deleted. End it here.")
    {
        Lease = lease;
        Stream = stream;
    }

    /// <summary>The lease.</summary>
    public StoreLease Lease { get; }

    /// <summary>The stream that is not its own; null if the lease itself is lost.</summary>
    public string? Stream { get; }

    private static StoreLease Check(StoreLease lease)
    {
        ArgumentNullException.ThrowIfNull(lease);
        return lease;
    }
}
