namespace AgentOrchestration;

/// <summary>
/// A call of a model that the budget has allowed, from <see cref="AgentContext.BeginModelCallAsync"/>: complete it with what it used, then dispose it. One that is disposed without is counted as
/// a failed call without tokens. Belongs to the flow of control that began it; <see cref="Routed"/> may be called from any thread.
/// </summary>
public abstract class ModelCallScope : IDisposable
{
    private protected ModelCallScope()
    {
    }

    /// <summary>Tokens that the model may write: what was asked for, or less if the budget has less left. Null: no limit.</summary>
    public abstract long? MaxOutputTokens { get; }

    /// <summary>For the call: signalled with the agent's token, or when the time of a budget is over.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Why <see cref="CancellationToken"/> was signalled, if the time of a budget is over; null otherwise.</summary>
    public abstract BudgetExceededException? TimeIsOver { get; }

    /// <summary>Says which client is going to answer: raises <see cref="ModelRouted"/>, and counts cost by its price. Suits <see cref="LlmRequest.Routed"/>.</summary>
    /// <param name="route">The choice.</param>
    public abstract void Routed(LlmRoute route);

    /// <summary>Waits for a place at the model without the agent's slot, and without using call time. Suits <see cref="LlmRequest.Wait"/>.</summary>
    /// <param name="granted">Completes with the place.</param>
    public abstract ValueTask WaitAsync(Task granted);

    /// <summary>A part of the answer has come: a sign of life, for <see cref="AgentTimeouts.Idle"/>.</summary>
    public abstract void SignalAlive();

    /// <summary>The model has answered. Raises <see cref="ModelCallEnded"/>.</summary>
    /// <param name="inputTokens">Tokens it read; 0 or more.</param>
    /// <param name="outputTokens">Tokens it wrote; 0 or more.</param>
    public abstract void Complete(long inputTokens, long outputTokens);

    /// <summary>The call failed after it had used tokens. Raises <see cref="ModelCallEnded"/>.</summary>
    /// <param name="inputTokens">Tokens it read; 0 or more.</param>
    /// <param name="outputTokens">Tokens it wrote; 0 or more.</param>
    public abstract void Fail(long inputTokens, long outputTokens);

    /// <summary>Ends the call as failed, unless it was completed.</summary>
    public abstract void Dispose();
}
