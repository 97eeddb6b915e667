using AgentOrchestration.Coordination;

namespace AgentOrchestration;

/// <summary>One goal's place in a plan. Immutable.</summary>
public sealed class PlannedGoal
{
    internal PlannedGoal(string name, AgentGoal goal)
    {
        Name = name;

        // Under its name in the plan, which is then also its agent's.
        Goal = goal.Name is null ? goal with { Name = name } : goal;
    }

    /// <summary>Its name, unique in the plan: the goal's own, or one made from its place.</summary>
    public string Name { get; }

    /// <summary>The goal.</summary>
    public AgentGoal Goal { get; }

    /// <summary>What it is there for.</summary>
    public PlannedGoalRole Role { get; internal init; }

    /// <summary>The names of the goals whose end it waits for; nothing else.</summary>
    public IReadOnlyList<string> Follows { get; internal init; } = [];

    /// <summary>Whether it is worked on then; null if it is in any case.</summary>
    public AgentCondition? When { get; internal init; }

    /// <summary>The places in the plan of the goals it follows.</summary>
    internal int[] Places { get; init; } = [];

    /// <summary>What its agent is given.</summary>
    internal PlanInputs Inputs { get; init; }

    /// <summary>Name and role.</summary>
    public override string ToString() => $"{Name} ({Role})";
}
