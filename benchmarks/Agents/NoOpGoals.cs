namespace AgentOrchestration.Benchmarks.Agents;

/// <summary>Goals made before anything is measured, each with strings of its own.</summary>
internal static class NoOpGoals
{
    public static AgentGoal[] Make(int count)
    {
        var goals = new AgentGoal[count];
        for (var i = 0; i < count; i++)
        {
            goals[i] = new AgentGoal($"goal {i}");
        }

        return goals;
    }
}
