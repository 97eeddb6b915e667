using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>A wait of an activity for agents to end, as an edge of the wait-for graph.</summary>
internal sealed class ChildWait(WaitParty party, IReadOnlyList<WaitParty> children, bool all) : PartyWait(party, children, all)
{
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Faults if it would never end.</summary>
    public Task Refused => _refused.Task;

    protected override void OnRefused(ResourceDeadlockException refusal) => _refused.SetException(refusal);
}
