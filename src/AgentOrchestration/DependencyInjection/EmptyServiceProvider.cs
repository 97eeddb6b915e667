namespace AgentOrchestration.DependencyInjection;

/// <summary>Stands in where there is no container: it resolves nothing.</summary>
internal sealed class EmptyServiceProvider : IServiceProvider
{
    public static EmptyServiceProvider Instance { get; } = new();

    public object? GetService(Type serviceType) => null;
}
