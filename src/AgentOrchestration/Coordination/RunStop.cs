namespace AgentOrchestration.Coordination;

/// <summary>The decision that a run ends before all its goals have.</summary>
internal sealed record RunStop(RunStopKind Kind, string Reason);

/// <summary>Why a run ends early.</summary>
internal enum RunStopKind
{
    /// <summary>What the others will bring no longer matters.</summary>
    Decided,

    /// <summary>Its policy says that it has failed.</summary>
    Failed,

    Cancelled,
}
