namespace AgentOrchestration.Llm.Routing;

/// <summary>How a wait for a place ended.</summary>
internal enum WaitEnd
{
    /// <summary>With a place, or because no client was left that could give one.</summary>
    Granted,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>The caller cancelled it.</summary>
    Cancelled,
}
