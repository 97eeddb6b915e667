using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AgentOrchestration.DependencyInjection;

/// <summary>Shuts the orchestrator down with its host, while the services that agents use are still there.</summary>
internal sealed class OrchestratorHostedService(IServiceProvider services, string? key) : IHostedService
{
    // Made here so that a bad registration stops the host at its start, not at the first goal. What an earlier process left unfinished goes on from here.
    public Task StartAsync(CancellationToken cancellationToken) =>
        Resolve() is AgentOrchestrator { RestoresOnStart: true } orchestrator ? orchestrator.ResumeAsync(cancellationToken) : Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) =>
        Resolve() is AgentOrchestrator orchestrator ? orchestrator.StopAsync(cancellationToken) : Task.CompletedTask;

    // The host may have put an orchestrator of its own in its place, which it then stops itself.
    private IAgentOrchestrator Resolve() => key is null ? services.GetRequiredService<IAgentOrchestrator>() : services.GetRequiredKeyedService<IAgentOrchestrator>(key);
}
