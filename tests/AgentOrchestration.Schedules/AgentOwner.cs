using AgentOrchestration.Locking;
using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>An activity of an agent without a scheduler: a granted wait goes on at once.</summary>
internal sealed class AgentOwner : LockOwner
{
    private readonly System.Threading.CancellationTokenSource _cancellation = new();

    public AgentOwner(string name, LockOwner? parent = null)
        : base(parent)
    {
        Name = name;
        if (parent is not null)
            Party.AddActivitiesLocked(1);
    }

    public override string Name { get; }

    public override AgentId? AgentId => null;

    public override CancellationToken CancellationToken => _cancellation.Token;

    public void Cancel() => _cancellation.Cancel();

    public override async ValueTask WaitAsync(ResourceKey key, Task granted)
    {
        Specification.Assert(ControlledGate.HeldHere == 0, "The owner is told to wait under a gate");
        await granted;
    }
}
