using AgentOrchestration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds to one orchestrator that <see cref="AgentOrchestrationServiceCollectionExtensions.AddAgentOrchestration(IServiceCollection, Action{AgentOrchestrationOptions})"/> has registered.</summary>
public interface IAgentOrchestrationBuilder
{
    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>The key of the orchestrator, and the name of its options; null for the one without a key.</summary>
    string? Key { get; }
}
