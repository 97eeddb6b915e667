using AgentOrchestration.Events;

namespace AgentOrchestration.Benchmarks.Events;

/// <summary>The agent whose progress is published, made as the scheduler makes one for each agent.</summary>
internal sealed class OneAgent() : AgentTrace(AgentOrigin.Of(new AgentId(space: 1, number: 1), default, default))
{
    private const string Step = "reading";

    // Reading the clock is the publisher's work, and the same for everybody: it is left out.
    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    public AgentEvent Progress() => new AgentProgressed(0, _now, Step, 50) { Origin = Origin };
}
