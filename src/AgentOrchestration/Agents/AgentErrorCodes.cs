namespace AgentOrchestration;

/// <summary>The error codes that the orchestrator itself gives.</summary>
public static class AgentErrorCodes
{
    /// <summary>The agent threw.</summary>
    public const string AgentFailed = "agent_failed";

    /// <summary>The agent threw <see cref="OperationCanceledException"/> though nobody had cancelled it.</summary>
    public const string UnexpectedCancellation = "unexpected_cancellation";

    /// <summary>The goal's deadline passed.</summary>
    public const string DeadlineExceeded = "deadline_exceeded";

    /// <summary>The agent did not start in time.</summary>
    public const string QueueTimeout = "queue_timeout";

    /// <summary>The attempt held a slot for too long.</summary>
    public const string AttemptTimeout = "attempt_timeout";

    /// <summary>The attempt held a slot for too long without a sign of life.</summary>
    public const string IdleTimeout = "idle_timeout";

    /// <summary>The agent could not be made: its factory or constructor threw.</summary>
    public const string AgentUnavailable = "agent_unavailable";

    /// <summary>The agent returned, but its DI scope threw while it was disposed.</summary>
    public const string DisposalFailed = "disposal_failed";

    /// <summary>A wait was refused because it would never have ended (<see cref="ResourceDeadlockException"/>), and the agent did not handle it.</summary>
    public const string ResourceDeadlock = "resource_deadlock";

    /// <summary>The condition of a goal of a run threw, so that it is not known whether the goal was to be worked on.</summary>
    public const string ConditionFailed = "condition_failed";

    /// <summary>The aggregator or judge of a run threw, so that its results could not be made into one output.</summary>
    public const string AggregationFailed = "aggregation_failed";

    /// <summary>The agent wanted a call that its budget, or that of an ancestor, does not allow (<see cref="BudgetExceededException"/>), and did not handle it. Never retried.</summary>
    public const string BudgetExceeded = "budget_exceeded";

    /// <summary>No model answered a call (<see cref="LlmCallException"/>), and the agent did not handle it.</summary>
    public const string ModelUnavailable = "model_unavailable";

    /// <summary>A model refused what it was sent (<see cref="LlmCallException"/>), and the agent did not handle it.</summary>
    public const string ModelRejected = "model_rejected";

    /// <summary>The agent was unfinished when its process ended, and cannot be gone on with: it was handed over rather than registered, or what it needs was left out of the store.</summary>
    public const string NotResumable = "not_resumable";

    /// <summary>The store failed or belongs to another orchestrator by now, so that what the agent did could no longer be kept. What was recorded goes on from there elsewhere, or after a restart.</summary>
    public const string StoreFailed = "store_failed";

    /// <summary>A wait ran out of time (<see cref="TimeoutException"/>) and the agent did not handle it.</summary>
    public const string TimedOut = "timed_out";
}
