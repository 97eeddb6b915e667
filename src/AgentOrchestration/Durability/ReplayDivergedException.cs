namespace AgentOrchestration;

/// <summary>In a replay, an agent asked for something that is not recorded, so that there is nothing to give it.</summary>
public sealed class ReplayDivergedException : AgentOrchestrationException
{
    internal ReplayDivergedException(ReplayDifference difference)
        : base($"The replay differs from the record: {difference}.") => Difference = difference;

    /// <summary>What differs.</summary>
    public ReplayDifference Difference { get; }
}
