using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Coordination;

/// <summary>The DI scope of one call to code of the host, made on first use by that call.</summary>
internal sealed class CallScope(IServiceProvider root) : IAsyncDisposable
{
    private AsyncServiceScope? _scope;

    public IServiceProvider Services
    {
        get
        {
            if (_scope is null && root.GetService(typeof(IServiceScopeFactory)) is IServiceScopeFactory factory)
            {
                _scope = factory.CreateAsyncScope();
            }

            return _scope?.ServiceProvider ?? root;
        }
    }

    public ValueTask DisposeAsync() => _scope?.DisposeAsync() ?? ValueTask.CompletedTask;
}
