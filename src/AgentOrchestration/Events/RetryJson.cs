namespace AgentOrchestration.Events;

/// <summary>A retry policy as it is written; settable for the same reason as <see cref="GoalJson"/>.</summary>
internal sealed class RetryJson
{
    public int MaxAttempts { get; set; } = AgentRetryPolicy.None.MaxAttempts;

    public TimeSpan InitialDelay { get; set; } = AgentRetryPolicy.None.InitialDelay;

    public double BackoffFactor { get; set; } = AgentRetryPolicy.None.BackoffFactor;

    public TimeSpan MaxDelay { get; set; } = AgentRetryPolicy.None.MaxDelay;

    public double Jitter { get; set; } = AgentRetryPolicy.None.Jitter;

    public IReadOnlyList<string>? RetriedCodes { get; set; }

    public bool RetryDetached { get; set; }

    public static RetryJson From(AgentRetryPolicy policy) => new()
    {
        MaxAttempts = policy.MaxAttempts,
        InitialDelay = policy.InitialDelay,
        BackoffFactor = policy.BackoffFactor,
        MaxDelay = policy.MaxDelay,
        Jitter = policy.Jitter,
        RetriedCodes = policy.RetriedCodes,
        RetryDetached = policy.RetryDetached,
    };

    public AgentRetryPolicy ToPolicy() => new()
    {
        MaxAttempts = MaxAttempts,
        InitialDelay = InitialDelay,
        BackoffFactor = BackoffFactor,
        MaxDelay = MaxDelay,
        Jitter = Jitter,
        RetriedCodes = RetriedCodes,
        RetryDetached = RetryDetached,
    };
}
