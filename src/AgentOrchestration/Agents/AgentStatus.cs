namespace AgentOrchestration;

/// <summary>An agent at one moment: a consistent, immutable snapshot. <see cref="ToString"/> prints no content.</summary>
public sealed record AgentStatus
{
    /// <summary>The agent.</summary>
    public required AgentId Id { get; init; }

    /// <summary>The goal's name, or else the agent's.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required AgentState State { get; init; }

    /// <summary>The goal's description.</summary>
    public required string CurrentGoal { get; init; }

    /// <summary>The step it last reported; null before the first report.</summary>
    public string? CurrentStep { get; init; }

    /// <summary>The share of the work it last reported as done, 0 to 100; 100 once completed.</summary>
    public int Progress { get; init; }

    /// <summary>When the goal was accepted.</summary>
    public required DateTimeOffset SpawnedAt { get; init; }

    /// <summary>When it first started; null before.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended; null before.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>Why it failed, or why its last attempt did; null otherwise.</summary>
    public AgentError? Error { get; init; }

    /// <summary>The current attempt, from 1; 0 before the first.</summary>
    public int Attempt { get; init; }

    /// <summary>What it waits for, unless it runs or has ended.</summary>
    public AgentWait? WaitingFor { get; init; }

    /// <summary>The agent that spawned it; null if the host did.</summary>
    public AgentId? ParentId { get; init; }

    /// <summary>The run it belongs to, if any.</summary>
    public RunId? RunId { get; init; }

    /// <summary>The goal's labels.</summary>
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    /// <summary>Id, name and state, no content.</summary>
    public override string ToString() => $"{nameof(AgentStatus)} {{ {Id}, {Name}, {State} }}";
}
