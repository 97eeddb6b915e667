namespace AgentOrchestration.Scheduling;

/// <summary>The decision, made once, how an agent will end although its code has not ended.</summary>
/// <param name="Error">Why it fails; null if it is cancelled.</param>
/// <param name="Reason">Why it is cancelled.</param>
internal sealed record AgentEnding(AgentError? Error, string? Reason)
{
    public static AgentEnding Cancelled(string? reason) => new(Error: null, reason);

    public static AgentEnding Failed(string code, string message) => new(new AgentError(code, message), Reason: null);
}
