using AgentOrchestration.Tests.Contracts;

namespace AgentOrchestration.Tests.Durability;

public sealed class InMemoryOrchestrationStoreTests : OrchestrationStoreContract
{
    private InMemoryOrchestrationStore? _store;

    protected override IOrchestrationStore Open() => _store ??= new InMemoryOrchestrationStore(Time);
}
