namespace AgentOrchestration.Coordination;

/// <summary>Which results an agent is given as inputs.</summary>
internal enum PlanInputs
{
    None,

    /// <summary>Those of the goals it follows.</summary>
    Followed,

    /// <summary>Those of all goals before it: one prefix that all share.</summary>
    Prefix,
}
