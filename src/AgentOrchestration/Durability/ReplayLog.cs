namespace AgentOrchestration.Durability;

/// <summary>Where the agents of a replay did something else than is recorded. Thread-safe.</summary>
internal sealed class ReplayLog
{
    private readonly Lock _gate = new();
    private readonly List<ReplayDifference> _differences = [];

    public IReadOnlyList<ReplayDifference> Differences
    {
        get
        {
            lock (_gate)
            {
                return [.. _differences];
            }
        }
    }

    /// <summary>Notes a difference.</summary>
    /// <returns>What the agent is to be told.</returns>
    public ReplayDivergedException Differs(AgentId agent, string name, string key, string? recorded, string? asked)
    {
        var difference = new ReplayDifference(agent, name, key, recorded, asked);
        lock (_gate)
        {
            _differences.Add(difference);
        }

        return new ReplayDivergedException(difference);
    }
}
