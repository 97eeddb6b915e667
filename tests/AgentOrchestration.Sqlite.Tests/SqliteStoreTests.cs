using AgentOrchestration.Tests.Contracts;

namespace AgentOrchestration.Sqlite.Tests;

public sealed class SqliteStoreTests : OrchestrationStoreContract
{
    private readonly StoreFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    // A store of its own each time, as another process would have.
    protected override IOrchestrationStore Open() => new SqliteStore(_folder.File, new SqliteStoreOptions { TimeProvider = Time });
}
