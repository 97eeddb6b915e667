namespace AgentOrchestration;

/// <summary>What a store has of one run, or of one agent of the host with its children. <see cref="ToString"/> prints no content.</summary>
/// <param name="Id">The id of the run or agent, as text.</param>
public sealed record RecordedRunInfo(string Id)
{
    /// <summary>The run's or agent's name; null if it has none or it cannot be read.</summary>
    public string? Name { get; init; }

    /// <summary>How the run's agents take turns, as in the pattern's JSON; null for an agent.</summary>
    public string? Pattern { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset BeganAt { get; init; }

    /// <summary>When it ended; null if it has not.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Whether an orchestrator that lives works on it.</summary>
    public bool IsLive { get; init; }

    /// <summary>How many records it has.</summary>
    public long Records { get; init; }

    /// <summary>The size of their data.</summary>
    public long Bytes { get; init; }

    /// <summary>Id, name and times.</summary>
    public override string ToString() => $"{nameof(RecordedRunInfo)} {{ {Id}, {Name ?? "unnamed"}, {(EndedAt is null ? IsLive ? "under way" : "unfinished" : "ended")} }}";
}
