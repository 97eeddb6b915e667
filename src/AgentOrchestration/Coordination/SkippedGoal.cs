namespace AgentOrchestration;

/// <summary>A goal of a run that was never accepted. <see cref="ToString"/> prints no content.</summary>
/// <param name="Name">Its name in the plan.</param>
/// <param name="Goal">The goal.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">The same in words.</param>
public sealed record SkippedGoal(string Name, AgentGoal Goal, SkipReason Reason, string Detail)
{
    /// <summary>Name and reason, no content.</summary>
    public override string ToString() => $"{Name}: {Reason}";
}
