namespace AgentOrchestration;

/// <summary>What a judge says of one candidate. <see cref="ToString"/> prints no content.</summary>
/// <param name="Score">How good it is; higher is better. Null if the judge gives none.</param>
/// <param name="Reason">Why, if that is said.</param>
public readonly record struct CandidateScore(double? Score, string? Reason)
{
    /// <summary>The score, no content.</summary>
    public override string ToString() => Score?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "no score";
}
