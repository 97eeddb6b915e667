namespace AgentOrchestration.Coordination;

/// <summary>One goal's place in a plan, as the runner needs it.</summary>
/// <param name="Planned">The place as others see it.</param>
/// <param name="Follows">The indices of the goals it follows.</param>
/// <param name="Inputs">What its agent is given.</param>
internal readonly record struct PlanStep(PlannedGoal Planned, int[] Follows, PlanInputs Inputs);

/// <summary>Which results an agent is given as inputs.</summary>
internal enum PlanInputs
{
    None,

    /// <summary>Those of the goals it follows.</summary>
    Followed,

    /// <summary>Those of all goals before it: one prefix that all share.</summary>
    Prefix,
}
