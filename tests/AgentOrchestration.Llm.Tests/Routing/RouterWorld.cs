using AgentOrchestration.Llm.DependencyInjection;
using AgentOrchestration.Llm.Routing;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Llm.Tests.Routing;

/// <summary>A router on simulated time. At its end nothing is in flight or waits, whatever the test was about.</summary>
internal sealed class RouterWorld : IDisposable
{
    private readonly ServiceProvider _services;

    public RouterWorld(Action<LlmOptions> configure, ILoggerProvider? log = null, string? name = null)
    {
        var options = new LlmOptions();
        configure(options);
        LlmOptionsChecks.ThrowIfInvalid(options);
        var services = new ServiceCollection();
        if (log is not null)
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log));
        _services = services.BuildServiceProvider();
        Router = LlmRouter.Create(options, _services, Time, name);
    }

    public static TimeSpan Hang { get; } = TimeSpan.FromSeconds(60);

    public SimulatedTime Time { get; } = new();

    public LlmRouter Router { get; }

    public List<LlmRoute> Routes { get; } = [];

    public static LlmFailure Throttled(double seconds) => new(LlmFailureKind.Throttled) { RetryAfter = TimeSpan.FromSeconds(seconds) };

    public IChatClient Select(LlmRequest request) => Router.Select(request);

    public IChatClient Select(LlmPurpose purpose = LlmPurpose.Act, AgentPriority priority = AgentPriority.Medium) => Select(new LlmRequest(purpose)
    {
        Priority = priority,
        Routed = route =>
        {
            lock (Routes)
                Routes.Add(route);
        },
    });

    /// <summary>Asks with a call of its own.</summary>
    public async Task<string> AskAsync(LlmPurpose purpose = LlmPurpose.Act, AgentPriority priority = AgentPriority.Medium, CancellationToken cancellationToken = default) =>
        (await Select(purpose, priority).GetResponseAsync("canary question", cancellationToken: cancellationToken)).Text;

    /// <summary>Runs simulated time on until this has happened.</summary>
    public Task<T> EndAsync<T>(Task<T> task) => Time.RunUntilAsync(task).WaitAsync(Hang);

    public async Task<Exception> FailureAsync(Task task)
    {
        var exception = await Record.ExceptionAsync(() => Time.RunUntilAsync(task).WaitAsync(Hang));
        return Assert.IsAssignableFrom<Exception>(exception);
    }

    public ClientSnapshot Client(int index = 0) => Router.Pool.Snapshot().Clients[index];

    public int Waiting => Router.Pool.Snapshot().Waiting;

    public void Dispose()
    {
        // A stream that its reader has left ends on the pool, a moment later.
        SpinWait.SpinUntil(() => Router.Pool.Snapshot().Clients.All(static client => client.InFlight == 0), Hang);
        var end = Router.Pool.Snapshot();
        Assert.All(end.Clients, static client => Assert.Equal(0, client.InFlight));
        Assert.Equal(0, end.Waiting);
        Router.Dispose();
        _services.Dispose();
    }
}
