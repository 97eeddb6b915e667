namespace AgentOrchestration;

/// <summary>Where an agent did something else in a replay than is recorded.</summary>
/// <param name="AgentId">The agent.</param>
/// <param name="AgentName">Its name.</param>
/// <param name="Step">The step: attempt, activity and number.</param>
/// <param name="Recorded">What is recorded there; null if nothing is.</param>
/// <param name="Asked">What the code asked for; null if it did not come to the step.</param>
public sealed record ReplayDifference(AgentId AgentId, string AgentName, string Step, string? Recorded, string? Asked)
{
    /// <summary>The difference in words: names of tools and steps, no content.</summary>
    public override string ToString() => $"{AgentName}, step {Step}: {Recorded ?? "nothing"} is recorded, and {Asked ?? "nothing"} was asked for";
}
