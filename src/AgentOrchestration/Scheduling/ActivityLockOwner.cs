using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>An activity as the lock table knows it: its waits give the agent's slot back.</summary>
internal sealed class ActivityLockOwner(AgentActivity activity, LockOwner? parent, WaitParty party) : LockOwner(parent, party)
{
    public override string Name => activity.Agent.Name;

    public override AgentId? AgentId => activity.Agent.Id;

    public override int Priority => (int)activity.Agent.Goal.Priority;

    public override CancellationToken CancellationToken => activity.CancellationToken;

    public override ValueTask WaitAsync(ResourceKey key, Task granted) => activity.WaitAsync(AgentWaitKind.Resource, key.ToString(), granted);

    public override void OnWaitOver() => activity.Agent.Scheduler.Waits.LockWaitOver(activity);
}
