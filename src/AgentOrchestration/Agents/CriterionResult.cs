using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>The verdict on one success criterion.</summary>
/// <param name="Criterion">The criterion, as in <see cref="AgentGoal.SuccessCriteria"/>.</param>
/// <param name="Verdict">Whether the output meets it.</param>
/// <param name="Reason">Why, if known.</param>
public sealed record CriterionResult(string Criterion, CriterionVerdict Verdict, string? Reason = null)
{
    /// <summary>The verdict, no content.</summary>
    public override string ToString() => $"{nameof(CriterionResult)} {{ {Verdict} }}";
}

/// <summary>Whether an output meets a criterion.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<CriterionVerdict>))]
public enum CriterionVerdict
{
    /// <summary>Nobody judged it.</summary>
    Unchecked,

    /// <summary>It does.</summary>
    Met,

    /// <summary>It does not.</summary>
    NotMet,
}
