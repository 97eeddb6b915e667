using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>Holds for an agent what no activity of it took: what its goal claims, and what its parent lent it. Its activities may take again what it holds.</summary>
internal sealed class AgentLockOwner(AgentInstance agent, LockOwner? parent) : LockOwner(parent, agent.EnsureParty())
{
    public override string Name => agent.Name;

    public override AgentId? AgentId => agent.Id;

    public override int Priority => (int)agent.Goal.Priority;

    // It waits only for claims, before there is an attempt; closing it ends that.
    public override CancellationToken CancellationToken => CancellationToken.None;

    internal override bool WaitsByItself => true;

    public override ValueTask WaitAsync(ResourceKey key, Task granted) => new(granted);
}
