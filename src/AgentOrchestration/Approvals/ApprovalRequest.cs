namespace AgentOrchestration;

/// <summary>An agent's question to the host whether it may do something. <see cref="ToString"/> prints no content.</summary>
/// <param name="Id">Names the request in <see cref="IAgentOrchestrator.AnswerAsync"/>.</param>
/// <param name="AgentId">Who asks.</param>
/// <param name="Action">What it wants to do, in words for the person who decides.</param>
/// <param name="RequestedAt">Since when it waits.</param>
public sealed record ApprovalRequest(ApprovalId Id, AgentId AgentId, string Action, DateTimeOffset RequestedAt)
{
    /// <summary>Ids, no content.</summary>
    public override string ToString() => $"{nameof(ApprovalRequest)} {{ {Id}, {AgentId} }}";
}
