using AgentOrchestration.Locking;
using AgentOrchestration.Tests.Contracts;

namespace AgentOrchestration.Tests.Locking;

public sealed class OwnedLocksTests : ResourceLocksContract
{
    private readonly ResourceLockTable _table;

    public OwnedLocksTests() => _table = new ResourceLockTable(Time);

    protected override IResourceLocks Locks() => new OwnedLocks(_table, new TestOwner("someone"));
}
