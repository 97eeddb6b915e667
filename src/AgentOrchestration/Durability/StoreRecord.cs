namespace AgentOrchestration;

/// <summary>One fact in a stream of a store. <see cref="ToString"/> prints no content.</summary>
/// <param name="Stream">The stream's id: the text of the id of the run or agent it is about; not empty.</param>
/// <param name="Kind">What kind of fact, such as <c>agent:spawned</c>; not empty, and never content.</param>
public sealed record StoreRecord(string Stream, string Kind)
{
    /// <summary>The agent it is about, as text; null if it is about the run itself.</summary>
    public string? Subject { get; init; }

    /// <summary>Which step of the agent it belongs to; null if to none.</summary>
    public string? Key { get; init; }

    /// <summary>When it happened, by the orchestrator's clock.</summary>
    public DateTimeOffset Timestamp { get; init; }

    /// <summary>The fact itself, as UTF-8 JSON or as the host's protector made it; not to be changed afterwards. May be empty.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>
    /// A name that the host gave the stream, unique in the store; only in a stream's first record, null elsewhere. A stream that begins with one that another stream has is refused, see
    /// <see cref="IOrchestrationStore.AppendAsync"/>; when the other is deleted the name is free again.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Whether it is the stream's last one.</summary>
    public bool EndsStream { get; init; }

    /// <summary>Stream, kind and size, no content.</summary>
    public override string ToString() => $"{nameof(StoreRecord)} {{ {Stream}, {Kind}, {Data.Length} bytes }}";
}
