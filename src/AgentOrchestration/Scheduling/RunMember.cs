using System.Diagnostics;

namespace AgentOrchestration.Scheduling;

/// <summary>An agent's place in a run of a plan.</summary>
internal abstract class RunMember
{
    public abstract PlannedRun Run { get; }

    /// <summary>The span that its agent belongs below; null for that in whose flow it was accepted.</summary>
    public virtual Activity? Span => null;

    /// <summary>The results of what its goal follows.</summary>
    public abstract IReadOnlyList<AgentResult> Inputs { get; }

    /// <summary>The agent has ended; its terminal event is published. Called in the same moment, so that what follows it is accepted with nothing in between.</summary>
    public abstract void EndedLocked(AgentInstance agent, Instant now, ref Outbox outbox);
}
