namespace AgentOrchestration;

/// <summary>Thrown by an agent to fail its attempt with an error code of its own, which <see cref="AgentRetryPolicy.RetriedCodes"/> can name.</summary>
public sealed class AgentFailureException : AgentOrchestrationException
{
    /// <summary>Fails the attempt.</summary>
    /// <param name="code">A stable code, such as <c>rate_limited</c>; not blank.</param>
    /// <param name="message">For people.</param>
    /// <param name="innerException">What caused it, if anything did.</param>
    public AgentFailureException(string code, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(code);
        Code = code;
    }

    /// <summary>The stable code.</summary>
    public string Code { get; }

    internal override string ErrorCode => Code;
}
