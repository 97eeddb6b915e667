namespace AgentOrchestration;

/// <summary>What the failure of a call of a model means.</summary>
/// <param name="Kind">What it means for the calls after it.</param>
public sealed record LlmFailure(LlmFailureKind Kind)
{
    /// <summary>For <see cref="LlmFailureKind.Throttled"/>: how long no call is to be made; null or less than a millisecond if the client did not say. At most a day counts.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status, where there was one; for messages.</summary>
    public int? Status { get; init; }

    /// <summary>
    /// What an HTTP status means: 429, 503 and 529 are <see cref="LlmFailureKind.Throttled"/>, 408, 409 and other server errors <see cref="LlmFailureKind.Unavailable"/>, the rest of the 400s
    /// <see cref="LlmFailureKind.Rejected"/>. What is no status of a failure counts as <see cref="LlmFailureKind.Unavailable"/>.
    /// </summary>
    /// <param name="status">The status.</param>
    /// <param name="retryAfter">What the client said of when to come back, if anything.</param>
    public static LlmFailure FromStatus(int status, TimeSpan? retryAfter = null) => new(status switch
    {
        429 or 503 or 529 => LlmFailureKind.Throttled,
        408 or 409 => LlmFailureKind.Unavailable,
        >= 400 and < 500 => LlmFailureKind.Rejected,
        _ => LlmFailureKind.Unavailable,
    })
    {
        Status = status,
        RetryAfter = retryAfter,
    };
}
