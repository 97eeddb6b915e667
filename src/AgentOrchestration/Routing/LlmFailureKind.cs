namespace AgentOrchestration;

/// <summary>What the failure of a call of a model means for the calls after it.</summary>
public enum LlmFailureKind
{
    /// <summary>The client limits the rate, or is overloaded: the same call may succeed later.</summary>
    Throttled,

    /// <summary>The client does not work: its server failed, was not reached, or answered too late. Another client may answer.</summary>
    Unavailable,

    /// <summary>The request itself was refused: it will be again, by whichever client.</summary>
    Rejected,
}
