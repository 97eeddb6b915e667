namespace AgentOrchestration;

/// <summary>What a goal of a plan is there for.</summary>
public enum PlannedGoalRole
{
    /// <summary>To be achieved by an agent when its turn comes.</summary>
    Goal,

    /// <summary>To be achieved by an agent that gives work to the workers.</summary>
    Supervisor,

    /// <summary>To describe a worker: an agent is made from it whenever the supervisor delegates to it.</summary>
    Worker,

    /// <summary>To be one of several tries at the same goal.</summary>
    Candidate,
}
