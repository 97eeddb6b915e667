namespace AgentOrchestration;

/// <summary>One goal's place in a plan. Immutable.</summary>
public sealed class PlannedGoal
{
    internal PlannedGoal(string name, AgentGoal goal, PlannedGoalRole role, IReadOnlyList<string> follows, AgentCondition? when)
    {
        Name = name;
        Goal = goal;
        Role = role;
        Follows = follows;
        When = when;
    }

    /// <summary>Its name, unique in the plan: the goal's own, or one made from its place.</summary>
    public string Name { get; }

    /// <summary>The goal.</summary>
    public AgentGoal Goal { get; }

    /// <summary>What it is there for.</summary>
    public PlannedGoalRole Role { get; }

    /// <summary>The names of the goals whose end it waits for; nothing else.</summary>
    public IReadOnlyList<string> Follows { get; }

    /// <summary>Whether it is worked on then; null if it is in any case.</summary>
    public AgentCondition? When { get; }

    /// <summary>Name and role.</summary>
    public override string ToString() => $"{Name} ({Role})";
}
