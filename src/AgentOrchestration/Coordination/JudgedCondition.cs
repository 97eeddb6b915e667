namespace AgentOrchestration;

/// <summary>How the condition of one goal was judged. <see cref="ToString"/> prints no content.</summary>
/// <param name="Goal">The goal's name in the plan.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record JudgedCondition(string Goal, ConditionVerdict Verdict)
{
    /// <summary>Goal and verdict, no content.</summary>
    public override string ToString() => $"{Goal}: {Verdict}";
}
