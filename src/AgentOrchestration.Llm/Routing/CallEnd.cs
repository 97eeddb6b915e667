namespace AgentOrchestration.Llm.Routing;

/// <summary>How a call of one client ended, as far as that matters for the calls after it.</summary>
internal enum CallEnd
{
    /// <summary>It was answered.</summary>
    Answered,

    /// <summary>The client asked to be called later.</summary>
    Throttled,

    /// <summary>The client does not work.</summary>
    Unavailable,

    /// <summary>The client did not answer in time: it does not work.</summary>
    TimedOut,

    /// <summary>The client refused the request.</summary>
    Rejected,

    /// <summary>The caller cancelled it, or wants no more of it: that says nothing of the client.</summary>
    Cancelled,

    /// <summary>The circuit of the client was open: it was not made.</summary>
    NotAdmitted,
}
