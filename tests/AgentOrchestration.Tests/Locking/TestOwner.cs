using AgentOrchestration.Locking;

namespace AgentOrchestration.Tests.Locking;

/// <summary>An activity whose scheduler is the test: it may hold a granted wait back, or end it otherwise.</summary>
internal sealed class TestOwner : LockOwner
{
    private readonly CancellationTokenSource _cancellation = new();

    public TestOwner(string name, LockOwner? parent = null)
        : base(parent)
    {
        Name = name;
        AgentId = new AgentId(1, (ulong)name.Length);
        if (parent is not null)
            Party.AddActivitiesLocked(1);
    }

    public override string Name { get; }

    public override AgentId? AgentId { get; }

    public override CancellationToken CancellationToken => _cancellation.Token;

    public AgentPriority Urgency { get; init; } = AgentPriority.Medium;

    public override int Priority => (int)Urgency;

    /// <summary>What happens between the grant and going on; null goes on at once.</summary>
    public Func<Task, ValueTask>? Wait { get; set; }

    public List<ResourceKey> Waits { get; } = [];

    public override ValueTask WaitAsync(ResourceKey key, Task granted)
    {
        Waits.Add(key);
        return Wait?.Invoke(granted) ?? new ValueTask(granted);
    }

    public Task CancelAsync() => _cancellation.CancelAsync();
}
