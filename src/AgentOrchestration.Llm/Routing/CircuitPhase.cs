namespace AgentOrchestration.Llm.Routing;

/// <summary>Whether a client is called.</summary>
internal enum CircuitPhase
{
    /// <summary>It is.</summary>
    Closed,

    /// <summary>One call is made, to see whether it works again.</summary>
    Trial,

    /// <summary>It is not, for a time.</summary>
    Open,
}
