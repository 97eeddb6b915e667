namespace AgentOrchestration.Scheduling;

/// <summary>How the code of an attempt ended.</summary>
/// <param name="Output">What it returned.</param>
/// <param name="Error">Why it failed; null if it returned.</param>
internal readonly record struct AttemptOutcome(AgentOutput? Output, AgentError? Error)
{
    public static AttemptOutcome Threw(Exception exception, string? code = null, AgentOutput? output = null) => new(output, new AgentError(code ?? CodeOf(exception), exception.Message) { Exception = exception });

    private static string CodeOf(Exception exception) => exception switch
    {
        AgentOrchestrationException own => own.ErrorCode,
        OperationCanceledException => AgentErrorCodes.UnexpectedCancellation,
        TimeoutException => AgentErrorCodes.TimedOut,
        _ => AgentErrorCodes.AgentFailed,
    };
}
