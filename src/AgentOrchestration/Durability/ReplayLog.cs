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
    /// <param name="agent">The agent.</param>
    /// <param name="name">Its name.</param>
    /// <param name="key">The step.</param>
    /// <param name="recorded">What is recorded there.</param>
    /// <param name="asked">What the code asked for.</param>
    /// <param name="counts">Whether it belongs into the report.</param>
    /// <returns>What the agent is to be told.</returns>
    public ReplayDivergedException Differs(AgentId agent, string name, string key, string? recorded, string? asked, bool counts = true)
    {
        var difference = new ReplayDifference(agent, name, key, recorded, asked);
        if (counts)
        {
            lock (_gate)
            {
                _differences.Add(difference);
            }
        }

        return new ReplayDivergedException(difference);
    }
}
