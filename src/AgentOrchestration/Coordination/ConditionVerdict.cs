namespace AgentOrchestration;

/// <summary>Whether a condition holds, and why. A Boolean converts to a verdict without a reason. <see cref="ToString"/> prints no content.</summary>
/// <param name="Holds">Whether the goal is to be worked on.</param>
/// <param name="Reason">Why, if that is said; kept with the result.</param>
public readonly record struct ConditionVerdict(bool Holds, string? Reason = null)
{
    /// <summary>A verdict without a reason.</summary>
    public static implicit operator ConditionVerdict(bool holds) => new(holds);

    /// <summary>The verdict, no content.</summary>
    public override string ToString() => Holds ? "holds" : "does not hold";
}
