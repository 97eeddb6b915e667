namespace AgentOrchestration;

/// <summary>A judge's choice. <see cref="ToString"/> prints no content.</summary>
/// <param name="Chosen">The place of the chosen one in <see cref="JudgingContext.Candidates"/>; null if none is good enough.</param>
public sealed record JudgeVerdict(int? Chosen)
{
    /// <summary>What the judge says of each candidate, in their order; may be empty.</summary>
    public IReadOnlyList<CandidateScore> Scores { get; init; } = [];

    /// <summary>The choice, no content.</summary>
    public override string ToString() => $"{nameof(JudgeVerdict)} {{ {Chosen?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"} }}";
}
