namespace AgentOrchestration;

/// <summary>How often a failed attempt is tried again, and after what interval. The default tries once.</summary>
/// <remarks>
/// The interval before attempt n + 1 is <c>InitialDelay * BackoffFactor^(n - 1)</c>, at most <see cref="MaxDelay"/>, then drawn evenly from
/// ±<see cref="Jitter"/> around that and capped again (exponential backoff with jitter, https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
/// A deadline, a queue timeout, a used-up budget, a cancel and a shutdown are never retried.
/// </remarks>
public sealed record AgentRetryPolicy
{
    /// <summary>One attempt, no retries.</summary>
    public static AgentRetryPolicy None { get; } = new();

    /// <summary>Attempts in all, the first one included.</summary>
    /// <value>From 1. Default: 1.</value>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>Interval before the second attempt.</summary>
    /// <value>From zero. Default: 1 s.</value>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What each further interval is multiplied by.</summary>
    /// <value>From 1. Default: 2.</value>
    public double BackoffFactor { get; init; } = 2;

    /// <summary>Longest interval.</summary>
    /// <value>From zero to 365 days. Default: 30 s.</value>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Share of the interval by which it may be shorter or longer, at random.</summary>
    /// <value>From 0 to 1. Default: 0.2.</value>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Error codes that are retried; null retries any. See <see cref="AgentErrorCodes"/>; an agent gives its own codes with <see cref="AgentFailureException"/>.</summary>
    public IReadOnlyList<string>? RetriedCodes { get; init; }

    /// <summary>Whether an attempt that was detached because its code ignored a timeout is retried beside that code. Default: false.</summary>
    public bool RetryDetached { get; init; }
}
