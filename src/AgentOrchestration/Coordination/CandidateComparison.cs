namespace AgentOrchestration;

/// <summary>One candidate beside the others, as its judge saw it. <see cref="ToString"/> prints no content.</summary>
/// <param name="Name">The goal's name in the plan.</param>
/// <param name="Result">How it ended. Only those that succeeded were judged.</param>
/// <param name="Score">Its score, or its votes; null if it has none.</param>
/// <param name="Reason">What the judge says of it, or why it was not judged.</param>
/// <param name="IsChosen">Whether it is the one that was picked.</param>
public sealed record CandidateComparison(string Name, AgentResult Result, double? Score, string? Reason, bool IsChosen)
{
    /// <summary>Name, score and choice, no content.</summary>
    public override string ToString() => $"{Name}: {Score?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no score"}{(IsChosen ? ", chosen" : "")}";
}
