namespace AgentOrchestration;

/// <summary>Base of what this library throws for failures of the work; the caller's own mistakes are <see cref="ArgumentException"/> and <see cref="InvalidOperationException"/>.</summary>
public abstract class AgentOrchestrationException : Exception
{
    private protected AgentOrchestrationException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The code with which an agent fails that does not handle the exception.</summary>
    internal virtual string ErrorCode => AgentErrorCodes.AgentFailed;
}
