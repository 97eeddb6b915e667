namespace AgentOrchestration.Llm.Routing;

/// <summary>How a wait for a place ended.</summary>
internal enum WaitEnd
{
    /// <summary>With a place.</summary>
    Granted,

    /// <summary>Without one: no client was left that could give it, or the router was disposed.</summary>
    Refused,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>The caller cancelled it.</summary>
    Cancelled,
}
