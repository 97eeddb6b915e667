using System.Diagnostics;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>The wait of an agent for a place in its concurrency group, as an edge of the wait-for graph.</summary>
internal sealed class GroupWait(WaitParty party, WaitGroup group) : PartyWait(party, group)
{
    // It began when its agent was accepted, and whoever waits for that agent began later.
    protected override void OnRefused(ResourceDeadlockException refusal) => throw new UnreachableException("A wait for a group is never the youngest of those who are stuck.");
}
