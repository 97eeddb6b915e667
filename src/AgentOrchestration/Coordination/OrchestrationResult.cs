using AgentOrchestration.Coordination;

namespace AgentOrchestration;

/// <summary>How a run ended. Immutable. <see cref="ToString"/> prints no content.</summary>
public sealed record OrchestrationResult
{
    /// <summary>The run.</summary>
    public required RunId RunId { get; init; }

    /// <summary>What it did, goals that were added included.</summary>
    public required OrchestrationPlan Plan { get; init; }

    /// <summary>Whether it succeeded, as the table of the pattern says: see docs/concepts/coordination.md.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>The results of the goals that had agents, in the order of the goals, whatever became of the run.</summary>
    public required IReadOnlyList<AgentResult> Results { get; init; }

    /// <summary>The goals that had none, in the order of the goals, each with the reason.</summary>
    public IReadOnlyList<SkippedGoal> Skipped { get; init; } = [];

    /// <summary>The results of what a supervisor and its workers delegated, in the order of the delegations.</summary>
    public IReadOnlyList<AgentResult> Delegated { get; init; } = [];

    /// <summary>How conditions were judged, in the order of the goals.</summary>
    public IReadOnlyList<JudgedCondition> Conditions { get; init; } = [];

    /// <summary>The candidates side by side, in the order of the goals, if a judge chose among them.</summary>
    public IReadOnlyList<CandidateComparison> Comparison { get; init; } = [];

    /// <summary>The results as one output; null if there is nothing to make it of, or the run was cancelled or failed by its policy.</summary>
    public AgentOutput? Output { get; init; }

    /// <summary>Why the run ended before all goals had; null unless it did.</summary>
    public string? StopReason { get; init; }

    /// <summary>Whether the run was cancelled.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Why there is no output although there should be: the aggregator or judge failed. Null unless it did.</summary>
    public AgentError? Error { get; init; }

    /// <summary>From the start to the end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What its agents used, those to whom they delegated included, and what models used that were asked for conditions, choices and merges.</summary>
    // What was delegated is counted with the agents that did.
    public AgentUsage Usage => Results.Aggregate(OwnUsage, static (sum, result) => sum + result.Usage);

    internal AgentUsage OwnUsage { get; init; } = AgentUsage.None;

    /// <summary>The result of the goal with this name in the plan; null if it had no agent or there is none.</summary>
    /// <param name="name">The name.</param>
    public AgentResult? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The run as Mermaid text: the plan, and how each goal ended and how long it took from its acceptance.</summary>
    public string ToMermaid() => PlanMermaid.Draw(Plan, this);

    private Dictionary<string, AgentResult> ByName
    {
        // Names are unique in a plan, and a planned goal carries its own.
        get => field ??= Results.ToDictionary(static result => result.Goal.Name!, StringComparer.Ordinal);
    }

    /// <summary>Id and counts, no content.</summary>
    public override string ToString() =>
        $"{nameof(OrchestrationResult)} {{ {RunId}, {(Succeeded ? "succeeded" : Cancelled ? "cancelled" : "not succeeded")}, {Results.Count} results, {Skipped.Count} skipped }}";
}
