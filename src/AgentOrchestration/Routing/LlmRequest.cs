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

    /// <summary>What the model must be marked with, by names that the host and its router agree on, such as <c>vision</c>. Default: nothing.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>
    /// Told of each choice of a model for this request: the first, and those after failures. A router that makes choices calls it before the model is called, from any thread; it is quick and
    /// does not throw. Null: nobody wants to know.
    /// </summary>
    public Action<LlmRoute>? Routed { get; init; }

    /// <summary>
    /// How the caller waits for a place at a model: a router awaits its places through this, so that an agent gives its slot back meanwhile. It completes as the task does, or when the caller
    /// is cancelled. Null: the task is awaited as it is.
    /// </summary>
    public Func<Task, ValueTask>? Wait { get; init; }
}
