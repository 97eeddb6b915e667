using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>How an agent ended. Immutable. <see cref="ToString"/> prints no content.</summary>
public sealed record AgentResult
{
    /// <summary>The agent.</summary>
    public required AgentId Id { get; init; }

    /// <summary>What it was to achieve.</summary>
    public required AgentGoal Goal { get; init; }

    /// <summary>Completed, Failed or Cancelled.</summary>
    public required AgentState State { get; init; }

    /// <summary>What it produced. After a failure or a cancel: what it had returned or streamed by then, or null if there was nothing.</summary>
    public AgentOutput? Output { get; init; }

    /// <summary>Why it failed; null unless it did.</summary>
    public AgentError? Error { get; init; }

    /// <summary>Why it was cancelled, if that was said.</summary>
    public string? CancelReason { get; init; }

    /// <summary>A verdict for each success criterion, in the goal's order.</summary>
    // Null: read from JSON that lacks it.
    public IReadOnlyList<CriterionResult> Criteria { get; init => field = value ?? []; } = [];

    /// <summary>From acceptance to the end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Attempts that were started.</summary>
    public int Attempts { get; init; }

    /// <summary>What it and its children used, over all attempts.</summary>
    // Null: read from JSON that lacks it.
    public AgentUsage Usage { get; init => field = value ?? AgentUsage.None; } = AgentUsage.None;

    /// <summary>Whether the agent's code ignored its cancellation and may still run somewhere, without slot and guards; what it returns later is dropped.</summary>
    public bool Detached { get; init; }

    /// <summary>Whether it completed and no criterion was judged as not met.</summary>
    [JsonIgnore]
    public bool Succeeded => State == AgentState.Completed && Criteria.All(static criterion => criterion.Verdict != CriterionVerdict.NotMet);

    /// <summary>Id, state and error code, no content.</summary>
    public override string ToString() => $"{nameof(AgentResult)} {{ {Id}, {State}{(Error is null ? "" : $", {Error.Code}")} }}";
}
