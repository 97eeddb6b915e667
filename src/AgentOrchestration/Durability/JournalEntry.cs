using System.Text.Json;

namespace AgentOrchestration.Durability;

/// <summary>A fact on its way to the store. What it says is immutable and written as JSON when its turn comes, outside all gates.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Subject">The agent or run.</param>
/// <param name="Kind">What kind of fact.</param>
/// <param name="Key">Which step.</param>
/// <param name="Timestamp">When.</param>
internal sealed record JournalEntry(string Stream, string Subject, string Kind, string? Key, DateTimeOffset Timestamp)
{
    public AgentEvent? Event { get; init; }

    public byte[] Data { get; init; } = [];

    public string? IdempotencyKey { get; init; }

    public bool EndsStream { get; init; }

    public StoreRecord ToRecord() => new(Stream, Kind)
    {
        Subject = Subject,
        Key = Key,
        Timestamp = Timestamp,
        IdempotencyKey = IdempotencyKey,
        EndsStream = EndsStream,
        Data = Event is null ? Data : JsonSerializer.SerializeToUtf8Bytes(Event, AgentEventJson.TypeInfo),
    };
}
