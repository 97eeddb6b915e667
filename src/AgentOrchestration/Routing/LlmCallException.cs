namespace AgentOrchestration;

/// <summary>
/// A router's client gave no answer: each model that suits the request failed, or one refused the request. The message holds no content; what a provider said is in the inner exception. An
/// agent that does not handle it fails with <see cref="AgentErrorCodes.ModelUnavailable"/> or <see cref="AgentErrorCodes.ModelRejected"/>.
/// </summary>
public sealed class LlmCallException : AgentOrchestrationException
{
    /// <summary>The failure of a call.</summary>
    /// <param name="kind">What it means.</param>
    /// <param name="clients">The clients that were tried, by the names that the host gave them, in order.</param>
    /// <param name="message">What happened and what to do next, without content.</param>
    /// <param name="innerException">The last failure itself.</param>
    public LlmCallException(LlmFailureKind kind, IReadOnlyList<string> clients, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        ArgumentNullException.ThrowIfNull(clients);
        Kind = kind;
        Clients = clients;
    }

    /// <summary>What the failure means; of several, that of the last.</summary>
    public LlmFailureKind Kind { get; }

    /// <summary>The clients that were tried, in order.</summary>
    public IReadOnlyList<string> Clients { get; }

    internal override string ErrorCode => Kind == LlmFailureKind.Rejected ? AgentErrorCodes.ModelRejected : AgentErrorCodes.ModelUnavailable;
}
