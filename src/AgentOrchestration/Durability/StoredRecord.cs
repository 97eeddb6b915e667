namespace AgentOrchestration;

/// <summary>A record as it was read. <see cref="ToString"/> prints no content.</summary>
/// <param name="Position">Its place: grows within a stream, with gaps.</param>
/// <param name="Record">The record; without its data if it is damaged, and with what could be read of the rest.</param>
public sealed record StoredRecord(long Position, StoreRecord Record)
{
    /// <summary>Why it cannot be relied on; null if it is whole. A damaged record is put in quarantine when it is first read: kept, and reported as damaged from then on.</summary>
    public string? Damage { get; init; }

    /// <summary>Position, stream and kind, no content.</summary>
    public override string ToString() => $"{nameof(StoredRecord)} {{ {Position}, {Record.Stream}, {Record.Kind}{(Damage is null ? "" : ", damaged")} }}";
}
