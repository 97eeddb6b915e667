namespace AgentOrchestration.Llm.Routing;

/// <summary>One call of one client.</summary>
/// <param name="place">The leave for it.</param>
/// <param name="question">What is asked.</param>
/// <param name="start">When it began, as a timestamp of the router's clock.</param>
/// <param name="cancellationToken">The caller's.</param>
internal sealed class ModelCall(Place place, ModelQuestion question, long start, CancellationToken cancellationToken)
{
    public Place Place => place;

    public ModelClient Client => place.Client;

    public long Start => start;

    public ModelQuestion Question => question;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>What a failure means.</summary>
    /// <param name="exception">What the client threw.</param>
    /// <param name="patience">How long there was to answer.</param>
    /// <param name="within">The token of the part of the call that failed: signalled with the caller's, or when that time is over.</param>
    public ModelOutcome Explain(Exception exception, TimeSpan patience, CancellationToken within)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new ModelOutcome(CallEnd.Cancelled) { WasTrial = place.IsTrial };
        }

        if (within.IsCancellationRequested)
        {
            var late = new TimeoutException($"Client '{Client.Name}' did not answer within {patience}.", exception);
            return Failed(CallEnd.TimedOut, new LlmFailure(LlmFailureKind.Unavailable), late);
        }

        var meaning = Client.Classify(exception);
        var end = meaning.Kind switch
        {
            LlmFailureKind.Throttled => CallEnd.Throttled,
            LlmFailureKind.Rejected => CallEnd.Rejected,
            _ => CallEnd.Unavailable,
        };
        return Failed(end, meaning, exception);
    }

    private ModelOutcome Failed(CallEnd end, LlmFailure meaning, Exception exception) => new(end) { Failure = new ModelFailure(Client.Name, meaning, exception) };
}
