namespace AgentOrchestration.Durability;

/// <summary>A checkpoint of an agent.</summary>
/// <param name="Value">What was saved.</param>
/// <param name="Key">The place of the activity that saved it, so that what it does next has the same keys again.</param>
/// <param name="Received">How many messages had been read.</param>
internal sealed record RecordedCheckpoint(byte[] Value, string? Key, int Received);
