namespace AgentOrchestration.Testing;

/// <summary>The recorded events break a law; the message says which, and where. Any test framework reports it as a failure.</summary>
public sealed class EventAssertionException : Exception
{
    internal EventAssertionException(string message)
        : base(message)
    {
    }
}
