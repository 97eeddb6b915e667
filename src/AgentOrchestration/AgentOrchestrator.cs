using AgentOrchestration.Automation;
using AgentOrchestration.Coordination;
using AgentOrchestration.DependencyInjection;
using AgentOrchestration.Diagnostics;
using AgentOrchestration.Durability;
using AgentOrchestration.Knowledge;
using AgentOrchestration.Locking;
using AgentOrchestration.Scheduling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration;

/// <summary>Makes orchestrators without a container.</summary>
public sealed class AgentOrchestrator : IAgentOrchestrator
{
    private readonly AgentScheduler _scheduler;
    private readonly OrchestratorShutdown _shutdown;
    private readonly WaitExplainer _explainer;
    private readonly RunLauncher _runs;
    private readonly Resumption? _resumption;
    private readonly ILlmRouter? _ownRouter;
    private readonly IOrchestrationStore? _ownStore;
    private readonly IAutomationService? _ownAutomation;

    internal AgentOrchestrator(AgentOrchestrationOptions options, IServiceProvider services, string? name, ReplayLog? replay = null)
    {
        OptionsChecks.ThrowIfInvalid(options);
        options = options.Copy();
        var time = options.TimeProvider ?? services.GetService<TimeProvider>() ?? TimeProvider.System;
        var router = options.LlmRouter ?? Find<ILlmRouter>(services, name) ?? (_ownRouter = options.CreateLlmRouter?.Invoke(services));
        var logger = services.GetService<ILoggerFactory>()?.CreateLogger(TelemetryNames.Source) ?? NullLogger.Instance;
        var store = replay is not null ? null : Find<IOrchestrationStore>(services, name) ?? (_ownStore = options.CreateStore?.Invoke(services));
        var knowledge = services.GetService<IKnowledgeBase>() ?? KnowledgeOf(store, options) ?? new InMemoryKnowledgeBase(options.KnowledgeMemoryMegabytes * 1024L * 1024L, time);
        Knowledge = options.DecorateKnowledge?.Invoke(services, knowledge) ?? knowledge;
        var journal = store is null ? null : new Journal(store, options.Durability, time, name ?? AppDomain.CurrentDomain.FriendlyName);
        _scheduler = new AgentScheduler(options, services, Knowledge, options.CriterionEvaluator ?? services.GetService<ICriterionEvaluator>(), new SchedulerTelemetry(logger, name), time, journal)
        {
            LlmRouter = router,
            SharedHolds = replay is not null ? new LoneHolds(time) : store is { SharesLocks: true } ? new StoreHolds(journal!) : null,
            Automation = options.Automation ?? Find<IAutomationService>(services, name) ?? (_ownAutomation = replay is null ? options.CreateAutomation?.Invoke(services) : null),
            Replay = replay,
        };
        _shutdown = new OrchestratorShutdown(_scheduler, options.ShutdownDrainPeriod);
        _explainer = new WaitExplainer(_scheduler);
        _runs = new RunLauncher(_scheduler, new RunServices(options, services, router));
        if (journal is not null)
        {
            _resumption = new Resumption(_scheduler, _runs, journal);
            History = new RunHistory(journal.Store, options.Durability, time);
            _resumption.History = History;
        }

        SharedLocks = _scheduler.SharedHolds is { } holds ? new SharedLocks(holds, _scheduler.Locks, time, () => CurrentActivity()?.LockOwner ?? (LockOwner)HostOwner.Anonymous) : null;
        Locks = new HostLocks(_scheduler.Locks, () => CurrentActivity()?.LockOwner);
        Automation = _scheduler.Automation is { } automation ? new GuardedAutomation(automation, _scheduler.Locks, time, () => CurrentActivity()?.AsAutomationCaller() ?? new AutomationCaller(HostOwner.Anonymous)) : null;
        Files = new GuardedFiles(_scheduler.Files, () => CurrentActivity()?.LockOwner ?? (LockOwner)HostOwner.Anonymous);
    }

    /// <inheritdoc/>
    public int MaxConcurrentAgents
    {
        get => _scheduler.Capacity;
        set => _scheduler.Capacity = value;
    }

    /// <inheritdoc/>
    public IResourceLocks Locks { get; }

    /// <inheritdoc/>
    public SharedLocks? SharedLocks { get; }

    /// <inheritdoc/>
    public GuardedFiles Files { get; }

    /// <inheritdoc/>
    public IKnowledgeBase Knowledge { get; }

    /// <inheritdoc/>
    public GuardedAutomation? Automation { get; }

    /// <inheritdoc/>
    public RunHistory? History { get; }

    internal AgentScheduler Scheduler => _scheduler;

    internal RunLauncher Runs => _runs;

    internal bool RestoresOnStart => _resumption is not null && _scheduler.Journal!.Journal.Options.RestoreOnStart;

    /// <summary>Makes an orchestrator without a container. Dispose it.</summary>
    /// <param name="configure">Sets the options and registers agents.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of its range; the message says which.</exception>
    public static AgentOrchestrator Create(Action<AgentOrchestrationOptions>? configure = null)
    {
        var options = new AgentOrchestrationOptions();
        configure?.Invoke(options);
        return new AgentOrchestrator(options, EmptyServiceProvider.Instance, name: null);
    }

    /// <inheritdoc/>
    public ValueTask<AgentHandle> SpawnAsync(AgentGoal goal, IAgent? agent = null, CancellationToken cancellationToken = default)
    {
        _shutdown.ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        return _scheduler.Journal is null
            ? ValueTask.FromResult(_scheduler.Intake.Accept(goal, agent, parent: null).Handle)
            : SpawnDurablyAsync();

        async ValueTask<AgentHandle> SpawnDurablyAsync()
        {
            await OpenAsync([goal], cancellationToken).ConfigureAwait(false);
            if (goal is { IdempotencyKey: { } key } && await _resumption!.FindAsync(key, cancellationToken).ConfigureAwait(false) is { } known)
            {
                return known;
            }

            // The token ends the acceptance, and the goal is accepted: that it is kept is awaited in any case.
            var handle = _scheduler.Intake.Accept(goal, agent, parent: null).Handle;
            await _scheduler.AcknowledgeAsync(CancellationToken.None).ConfigureAwait(false);
            return handle;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<AgentHandle>> SpawnParallelAsync(IReadOnlyList<AgentGoal> goals, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(goals);
        _shutdown.ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        AgentGoal[] accepted = [.. goals];
        return _scheduler.Journal is null ? ValueTask.FromResult<IReadOnlyList<AgentHandle>>(SpawnAll(accepted)) : SpawnDurablyAsync();

        AgentHandle[] SpawnAll(AgentGoal[] fresh) => Array.ConvertAll(_scheduler.Intake.AcceptAll(fresh), static agent => agent.Handle);

        async ValueTask<IReadOnlyList<AgentHandle>> SpawnDurablyAsync()
        {
            await OpenAsync(accepted, cancellationToken).ConfigureAwait(false);
            var known = new AgentHandle?[accepted.Length];
            for (var i = 0; i < accepted.Length; i++)
            {
                known[i] = accepted[i]?.IdempotencyKey is { } key ? await _resumption!.FindAsync(key, cancellationToken).ConfigureAwait(false) : null;
            }

            // The token ends the acceptance, and the goals are accepted: that they are kept is awaited in any case.
            var spawned = SpawnAll([.. accepted.Where((_, i) => known[i] is null)]);
            await _scheduler.AcknowledgeAsync(CancellationToken.None).ConfigureAwait(false);
            var next = 0;
            return Array.ConvertAll(known, handle => handle ?? spawned[next++]);
        }
    }

    /// <inheritdoc/>
    public ValueTask<OrchestrationRun> StartAsync(CoordinationPattern pattern, IReadOnlyList<AgentGoal> goals, OrchestrationRunOptions? options = null, CancellationToken cancellationToken = default)
    {
        _shutdown.ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        var activity = CurrentActivity();
        return _scheduler.Journal is null ? ValueTask.FromResult(_runs.Start(pattern, goals, options, activity)) : StartDurablyAsync();

        async ValueTask<OrchestrationRun> StartDurablyAsync()
        {
            await OpenAsync(goals, cancellationToken).ConfigureAwait(false);
            var run = _runs.Start(pattern, goals, options, activity);
            await _scheduler.AcknowledgeAsync(CancellationToken.None).ConfigureAwait(false);
            return run;
        }
    }

    /// <inheritdoc/>
    public Task<RestoreReport> RestoreAsync(CancellationToken cancellationToken = default)
    {
        _shutdown.ThrowIfDisposed();
        return _resumption?.RestoreAsync(cancellationToken) ?? Task.FromResult(new RestoreReport());
    }

    /// <inheritdoc/>
    public AgentStatus? GetStatus(AgentId id) => _scheduler.Registry.GetStatus(id);

    /// <inheritdoc/>
    public IReadOnlyList<AgentStatus> ListAgents(bool includeEnded = false) => _scheduler.Registry.List(includeEnded);

    /// <inheritdoc/>
    public IAsyncEnumerable<AgentEvent> Subscribe(EventFilter? filter = null) => _scheduler.Log.Subscribe(filter, _scheduler.Registry.Find, _scheduler.Registry.FindRun);

    /// <inheritdoc/>
    public Task<IReadOnlyList<AgentResult>> WaitAllAsync(CancellationToken cancellationToken = default) => CurrentActivity() is { } activity
        ? throw new InvalidOperationException($"Agent {activity.Id} cannot wait for all agents, of which it is one; wait for its children with its context.")
        : _scheduler.Registry.WaitAllAsync(cancellationToken);

    /// <inheritdoc/>
    public WaitExplanation? Explain(AgentId id) => _explainer.Explain(id);

    /// <inheritdoc/>
    public Task<bool> PauseAsync(AgentId id, CancellationToken cancellationToken = default)
    {
        var paused = _scheduler.Pauses.PauseAsync(id, cancellationToken);
        return _scheduler.Journal is null ? paused : PauseDurablyAsync();

        async Task<bool> PauseDurablyAsync() => await Acknowledged(await paused.ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<bool> ResumeAsync(AgentId id, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<bool>(cancellationToken) : Acknowledged(_scheduler.Pauses.Resume(id));

    /// <inheritdoc/>
    public Task<bool> CancelAsync(AgentId id, string? reason = null, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<bool>(cancellationToken)
            : Acknowledged(_scheduler.Endings.Cancel(id, reason));

    /// <inheritdoc/>
    public Task<int> CancelAllAsync(string? reason = null, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<int>(cancellationToken) : Acknowledged(_scheduler.Endings.CancelAll(reason));

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(AgentId id, AgentMessage message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(cancellationToken)
            : _scheduler.AcknowledgeAsync(_scheduler.Mail.Send(id, message with { From = CurrentActivity()?.Id }));
    }

    /// <inheritdoc/>
    public IReadOnlyList<ApprovalRequest> ListApprovals() => _scheduler.Approvals.List();

    /// <inheritdoc/>
    public ValueTask<bool> AnswerAsync(ApprovalId id, bool approved, string? reason = null, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<bool>(cancellationToken)
            : _scheduler.AcknowledgeAsync(_scheduler.Approvals.Answer(id, new ApprovalAnswer(approved, reason)));

    /// <inheritdoc/>
    public int Cleanup() => _scheduler.Registry.Cleanup();

    /// <summary>
    /// Shuts down: refuses goals, lets accepted agents finish for <see cref="AgentOrchestrationOptions.ShutdownDrainPeriod"/>, cancels the rest, and detaches code that has not
    /// stopped <see cref="AgentOrchestrationOptions.CancellationGracePeriod"/> later. May be called several times; always ends.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _resumption?.Stop();
        await _shutdown.DisposeAsync().ConfigureAwait(false);
        if (_ownStore is not null)
        {
            await _ownStore.DisposeAsync().ConfigureAwait(false);
        }

        await EndAsync(_ownAutomation).ConfigureAwait(false);
        await EndAsync(_ownRouter).ConfigureAwait(false);
    }

    /// <summary>What <see cref="RestoreAsync"/> does, whose report is left for the host.</summary>
    internal Task ResumeAsync(CancellationToken cancellationToken) => _resumption?.ResumeAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Shuts down as <see cref="DisposeAsync"/> does, but cancels as soon as the token is signalled; observing members keep working.</summary>
    internal Task StopAsync(CancellationToken hurry)
    {
        _resumption?.Stop();
        return _shutdown.StopAsync(hurry);
    }

    // What cannot be written as JSON is refused here, where the caller sees it.
    private ValueTask<StoreLease> OpenAsync(IReadOnlyList<AgentGoal> goals, CancellationToken cancellationToken)
    {
        GoalRecords.ThrowIfUnwritable(goals);
        return _scheduler.Journal!.Journal.OpenAsync(cancellationToken);
    }

    private Task<T> Acknowledged<T>(T result) => _scheduler.Journal is null ? Task.FromResult(result) : _scheduler.AcknowledgeAsync(result).AsTask();

    // A protector cannot protect what must be searched: then what agents share stays in memory.
    private static IKnowledgeBase? KnowledgeOf(IOrchestrationStore? store, AgentOrchestrationOptions options) => options.Durability.Protector is null ? store?.Knowledge : null;

    private static T? Find<T>(IServiceProvider services, string? key)
        where T : class => (key is null ? null : services.GetKeyedService<T>(key)) ?? services.GetService<T>();

    private static async ValueTask EndAsync(object? own)
    {
        switch (own)
        {
            case IAsyncDisposable disposable:
                await disposable.DisposeAsync().ConfigureAwait(false);
                break;
            case IDisposable disposable:
                disposable.Dispose();
                break;
        }
    }

    private AgentActivity? CurrentActivity() => AgentActivity.Current is { } activity && activity.Agent.Scheduler == _scheduler ? activity : null;
}
