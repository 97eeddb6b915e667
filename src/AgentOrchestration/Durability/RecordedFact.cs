namespace AgentOrchestration;

/// <summary>One record of a run, read for people or tools. <see cref="ToString"/> prints no content.</summary>
/// <param name="Kind">What kind of fact, such as <c>agent:spawned</c>.</param>
/// <param name="Timestamp">When it happened.</param>
public sealed record RecordedFact(string Kind, DateTimeOffset Timestamp)
{
    /// <summary>The agent or run it is about, as text.</summary>
    public string? Subject { get; init; }

    /// <summary>The step it belongs to, if any.</summary>
    public string? Step { get; init; }

    /// <summary>The event, if it is one.</summary>
    public AgentEvent? Event { get; init; }

    /// <summary>Its data: the JSON of an event, a step, a checkpoint, a plan. Empty if there is none or it is damaged.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Why it cannot be read; null if it can.</summary>
    public string? Damage { get; init; }

    /// <summary>Kind, subject and step, no content.</summary>
    public override string ToString() => $"{Timestamp:O} {Kind} {Subject}{(Step is null ? "" : $" step {Step}")}{(Damage is null ? "" : ", damaged")}";
}
