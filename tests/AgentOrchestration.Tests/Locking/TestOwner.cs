using AgentOrchestration.Locking;

namespace AgentOrchestration.Tests.Locking;

/// <summary>An activity whose scheduler is the test: it may hold a granted wait back, or end it otherwise.</summary>
internal sealed class TestOwner(string name, LockOwner? parent = null) : LockOwner(parent)
{
    private readonly CancellationTokenSource _cancellation = new();

    public override string Name { get; } = name;

    public override AgentId? AgentId { get; } = new AgentId(1, (ulong)name.Length);

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
