using AgentOrchestration.Locking;
using AgentOrchestration.Tests.Contracts;

namespace AgentOrchestration.Tests.Locking;

public sealed class HostLocksTests : ResourceLocksContract
{
    private readonly ResourceLockTable _table;
    private readonly HostLocks _locks;
    private LockOwner? _current;

    public HostLocksTests()
    {
        _table = new ResourceLockTable(Time);
        _locks = new HostLocks(_table, () => _current);
    }

    [Fact]
    public async Task AcquireAsync_WithinAnAgentsFlow_ActsForThatAgent()
    {
        _current = new TestOwner("refactor");
        var outer = await _locks.AcquireAsync(ResourceRequest.Exclusive("a"));
        var inner = await _locks.AcquireAsync(ResourceRequest.Exclusive("a"));
        Assert.True(outer.IsHeld);
        Assert.True(inner.IsHeld);

        _current = null;
        Assert.False(_locks.TryAcquire(ResourceRequest.Exclusive("a"), out _, out var conflict));

        Assert.Equal("refactor", conflict.Holder);
    }

    protected override IResourceLocks Locks() => _locks;
}
