namespace AgentOrchestration.Scheduling;

/// <summary>A request for approval that nobody has answered.</summary>
/// <param name="Request">The question.</param>
/// <param name="Agent">Who asks.</param>
/// <param name="Key">The step in which it asks.</param>
/// <param name="Answer">Completes with the answer.</param>
internal sealed record OpenRequest(ApprovalRequest Request, AgentInstance Agent, string Key, TaskCompletionSource<ApprovalAnswer> Answer)
{
    /// <summary>Whether it was asked before a crash.</summary>
    public bool IsRestored { get; init; }
}
