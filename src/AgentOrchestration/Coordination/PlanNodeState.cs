namespace AgentOrchestration.Coordination;

/// <summary>How far a goal of a run is.</summary>
internal enum PlanNodeState
{
    /// <summary>It describes a worker and is never worked on itself.</summary>
    Template,

    /// <summary>Something it follows is not over.</summary>
    Waiting,

    /// <summary>Its condition is to be judged when others have been.</summary>
    Unjudged,

    /// <summary>Its condition is being judged, outside the gate.</summary>
    Judging,

    /// <summary>It is ready, and as many goals are under way as may be.</summary>
    Queued,

    /// <summary>It has an agent.</summary>
    Accepted,

    /// <summary>Its agent has ended.</summary>
    Ended,

    Skipped,
}
