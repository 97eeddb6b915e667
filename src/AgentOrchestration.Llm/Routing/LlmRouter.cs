using AgentOrchestration.Llm.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration.Llm.Routing;

/// <summary>The default router: spreads calls over the host's clients by purpose, tags, load and weight, with failover, and within what each client bears.</summary>
internal sealed class LlmRouter : ILlmRouter, IDisposable
{
    private readonly ModelClient[] _clients;
    private int _isDisposed;

    private LlmRouter(LlmOptions options, ModelClient[] clients, TimeProvider time, ILogger logger, string? name)
    {
        _clients = clients;
        MaxWait = options.MaxWait;
        Time = time;
        Telemetry = new RouterTelemetry(logger, name);
        Pool = new ClientPool(clients, time, Telemetry);
        Telemetry.Attach(Pool);
    }

    public TimeSpan MaxWait { get; }

    public TimeProvider Time { get; }

    public ClientPool Pool { get; }

    public RouterTelemetry Telemetry { get; }

    /// <summary>Makes the router of one orchestrator.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="services">The container, or one that resolves nothing.</param>
    /// <param name="time">The orchestrator's clock, if its options set one.</param>
    /// <param name="name">The orchestrator's key, if it has one.</param>
    /// <exception cref="InvalidOperationException">There is no client.</exception>
    public static LlmRouter Create(LlmOptions options, IServiceProvider services, TimeProvider? time, string? name)
    {
        time ??= services.GetService<TimeProvider>() ?? TimeProvider.System;
        IReadOnlyList<LlmClientRegistration> registrations = options.Clients.Count > 0 ? options.Clients : [DefaultClient(services)];
        var clients = registrations.Select((registration, index) => new ModelClient(index, registration, registration.Create(services), time)).ToArray();
        var logger = services.GetService<ILoggerFactory>()?.CreateLogger(LlmTelemetryNames.Source) ?? NullLogger.Instance;
        return new LlmRouter(options, clients, time, logger, name);
    }

    /// <inheritdoc/>
    public ValueTask<IChatClient> SelectClientAsync(LlmRequest request, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IChatClient>(Select(request));
    }

    /// <inheritdoc cref="SelectClientAsync"/>
    public RoutedChatClient Select(LlmRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
        var candidates = 0UL;
        foreach (var client in _clients)
        {
            candidates |= client.Suits(request) ? client.Bit : 0;
        }

        return candidates == 0 ? throw NoneSuits(request) : new RoutedChatClient(this, request, candidates);
    }

    /// <summary>What a call costs at most, whichever of these clients answers it; null if one of them has no price.</summary>
    public ModelPrice? HighestPrice(ulong clients)
    {
        ModelPrice? highest = null;
        foreach (var client in _clients)
        {
            if ((clients & client.Bit) == 0)
            {
                continue;
            }

            if (client.Options.Price is not { } price)
            {
                return null;
            }

            highest = highest is null
                ? price
                : new ModelPrice(Math.Max(highest.InputPerMillionTokens, price.InputPerMillionTokens), Math.Max(highest.OutputPerMillionTokens, price.OutputPerMillionTokens));
        }

        return highest;
    }

    /// <summary>The names of these clients, for messages.</summary>
    public string NamesOf(ulong clients) => string.Join(", ", _clients.Where(client => (clients & client.Bit) != 0).Select(static client => $"'{client.Name}'"));

    /// <summary>Ends the waits, and disposes the clients that were made with the router.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        Telemetry.Dispose();
        Pool.Dispose();
        foreach (var client in _clients)
        {
            if (client.IsOwned)
            {
                client.Chat.Dispose();
            }
        }
    }

    private static LlmClientRegistration DefaultClient(IServiceProvider services)
    {
        var client = services.GetService<IChatClient>() ?? throw new InvalidOperationException(
            $"There is no model: add one with {nameof(LlmOptions)}.{nameof(LlmOptions.AddClient)}, or register an IChatClient in the container.");
        return new LlmClientRegistration(LlmOptions.DefaultClientName, _ => client, IsOwned: false);
    }

    private InvalidOperationException NoneSuits(LlmRequest request)
    {
        var there = _clients.Select(static client =>
            $"'{client.Name}' (purposes: {List(client.Options.Purposes.Select(RouterTelemetry.NameOf), "all")}; tags: {List(client.Options.Tags.Select(static tag => $"'{tag}'"), "none")})");
        return new InvalidOperationException(
            $"No client serves the purpose '{RouterTelemetry.NameOf(request.Purpose)}' with the tags {List(request.Tags.Select(static tag => $"'{tag}'"), "none")}. " +
            $"There are: {string.Join(", ", there)}. Add one with {nameof(LlmOptions)}.{nameof(LlmOptions.AddClient)}, or change what these are marked with.");

        static string List(IEnumerable<string> items, string none) => string.Join(", ", items.DefaultIfEmpty(none));
    }
}
