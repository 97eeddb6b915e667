namespace AgentOrchestration;

/// <summary>What a model is needed for, as far as that helps to choose one. Holds no content.</summary>
/// <param name="Purpose">What for.</param>
public sealed record LlmRequest(LlmPurpose Purpose)
{
    /// <summary>The agent that needs it; null if a run needs it for itself.</summary>
    public AgentId? AgentId { get; init; }

    /// <summary>The run it belongs to, if any.</summary>
    public RunId? RunId { get; init; }

    /// <summary>How urgent the goal is that it serves. Default: <see cref="AgentPriority.Medium"/>.</summary>
    public AgentPriority Priority { get; init; } = AgentPriority.Medium;
}
