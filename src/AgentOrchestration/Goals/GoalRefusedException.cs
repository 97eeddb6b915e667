namespace AgentOrchestration;

/// <summary>The orchestrator did not accept the goals: nothing of the call was started.</summary>
public sealed class GoalRefusedException : AgentOrchestrationException
{
    internal GoalRefusedException(GoalRefusal reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Why.</summary>
    public GoalRefusal Reason { get; }
}

/// <summary>Why goals were not accepted.</summary>
public enum GoalRefusal
{
    /// <summary>More agents would be queued than <see cref="AgentOrchestrationOptions.MaxQueuedAgents"/>.</summary>
    QueueFull,

    /// <summary>As many agents as <see cref="AgentOrchestrationOptions.MaxDetachedAgents"/> ignored their cancellation and still run somewhere.</summary>
    TooManyDetached,

    /// <summary>A child would be deeper than <see cref="AgentOrchestrationOptions.MaxSpawnDepth"/>.</summary>
    TooDeep,

    /// <summary>The orchestrator is shutting down.</summary>
    ShuttingDown,

    /// <summary>A run would have more goals than its <c>MaxGoals</c>, or a supervisor would have delegated more often than its pattern allows.</summary>
    TooManyGoals,

    /// <summary>The run has ended, is failing, is decided or is cancelled: it takes no more goals.</summary>
    RunStopped,
}
