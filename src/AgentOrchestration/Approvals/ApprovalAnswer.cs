namespace AgentOrchestration;

/// <summary>The host's decision.</summary>
/// <param name="Approved">Whether the agent may go on.</param>
/// <param name="Reason">Why, if that was said.</param>
public sealed record ApprovalAnswer(bool Approved, string? Reason)
{
    /// <summary>The decision, no content.</summary>
    public override string ToString() => $"{nameof(ApprovalAnswer)} {{ {(Approved ? "approved" : "refused")} }}";
}
