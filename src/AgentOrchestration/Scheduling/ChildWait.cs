using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>A wait of an activity for agents to end, as an edge of the wait-for graph.</summary>
internal sealed class ChildWait : PartyWait
{
    private readonly TaskCompletionSource _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ChildWait(WaitParty party, IReadOnlyList<WaitParty> children, bool all)
        : base(party, children, all)
    {
    }

    /// <summary>A wait for a run: while one of its agents moves it may end, and so may all the others.</summary>
    public ChildWait(WaitParty party, WaitGroup run)
        : base(party, run)
    {
    }

    /// <summary>Faults if it would never end.</summary>
    public Task Refused => _refused.Task;

    protected override void OnRefused(ResourceDeadlockException refusal) => _refused.SetException(refusal);
}
