namespace AgentOrchestration;

/// <summary>A call of a tool, as <see cref="AgentContext.RunToolAsync"/> is told of it. <see cref="ToString"/> prints no content.</summary>
/// <param name="Tool">The tool's name; not blank. Not content: it is in status, logs and spans.</param>
public sealed record ToolCall(string Tool)
{
    /// <summary>The call's own id, such as the one that a model gave it; null for one that is not told from others.</summary>
    public string? CallId { get; init; }

    /// <summary>What the tool is called with, such as JSON, for <see cref="ToolCallStarted"/>.</summary>
    public string? Arguments { get; init; }

    /// <summary>What a person is asked to approve before it runs, in words; null if nobody is asked.</summary>
    public string? Approval { get; init; }

    /// <summary>Longest wait for the approval; then the call is refused. Null: as long as the agent lives.</summary>
    public TimeSpan? ApprovalTimeout { get; init; }

    /// <summary>
    /// Whether it may be run again after its process ended while it ran: because it changes nothing, or because running it twice under one <see cref="AgentContext.OperationKey"/> has the effect of
    /// running it once. Matters only where there is a store.
    /// </summary>
    /// <value>Default: false; then the call ends with <see cref="ToolCallOutcome.Unknown"/>.</value>
    public bool IsIdempotent { get; init; }

    /// <summary>What it needs for itself: taken together before it runs, and held until it has ended.</summary>
    public IReadOnlyList<ResourceRequest> Resources { get; init; } = [];

    /// <summary>Characters of the result that are kept; what is cut is marked.</summary>
    /// <value>From 1. Default: 100,000.</value>
    public int MaxResultCharacters { get; init; } = 100_000;

    /// <summary>Tool and id, no content.</summary>
    public override string ToString() => $"{nameof(ToolCall)} {{ {Tool}{(CallId is null ? "" : $", {CallId}")} }}";
}
