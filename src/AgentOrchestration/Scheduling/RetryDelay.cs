namespace AgentOrchestration.Scheduling;

/// <summary>Exponential backoff with jitter, as <see cref="AgentRetryPolicy"/> describes it.</summary>
internal static class RetryDelay
{
    /// <param name="failedAttempt">The attempt that failed, from 1.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="random">From 0 to 1, drawn evenly.</param>
    public static TimeSpan After(int failedAttempt, AgentRetryPolicy policy, double random)
    {
        if (policy.InitialDelay == TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        var longest = policy.MaxDelay.TotalSeconds;
        var interval = Math.Min(longest, policy.InitialDelay.TotalSeconds * Math.Pow(policy.BackoffFactor, failedAttempt - 1));
        var jittered = interval * (1 + (policy.Jitter * ((2 * random) - 1)));
        return TimeSpan.FromSeconds(Math.Clamp(jittered, 0, longest));
    }
}
