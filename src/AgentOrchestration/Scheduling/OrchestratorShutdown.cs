namespace AgentOrchestration.Scheduling;

/// <summary>Ends everything: refuse, drain up to a limit, cancel, detach. Any number of callers share the one way down.</summary>
internal sealed class OrchestratorShutdown(AgentScheduler scheduler, TimeSpan drainPeriod)
{
    private readonly TaskCompletionSource _hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task? _stopped;
    private Task? _disposed;

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) is not null, typeof(AgentOrchestrator));

    /// <summary>Completes when every agent has ended.</summary>
    /// <param name="hurry">Signalled when draining has taken long enough.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        var stopped = Begin();
        var registration = hurry.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), _hurry);
        await using (registration.ConfigureAwait(false))
        {
            await stopped.ConfigureAwait(false);
        }
    }

    public Task DisposeAsync()
    {
        lock (_gate)
        {
            return _disposed ??= Task.Run(DisposeCoreAsync);
        }
    }

    private Task Begin()
    {
        lock (_gate)
        {
            return _stopped ??= Task.Run(StopCoreAsync);
        }
    }

    private async Task StopCoreAsync()
    {
        scheduler.Intake.RefuseFromNow();
        var idle = scheduler.Registry.WhenIdleAsync();
        if (!idle.IsCompleted && drainPeriod > TimeSpan.Zero)
        {
            Task drained = Task.WhenAny(idle, _hurry.Task);
            await drained.WaitAsync(drainPeriod, scheduler.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!idle.IsCompleted)
        {
            scheduler.Suspend();
            scheduler.Endings.CancelAll(scheduler.Journal is null
                ? "the orchestrator is shutting down"
                : "the orchestrator is shutting down; the store has what was done, and the next one to open it goes on from there");
            await idle.ConfigureAwait(false);
        }

        await scheduler.Registry.WhenFinishedAsync().ConfigureAwait(false);
    }

    private async Task DisposeCoreAsync()
    {
        await Begin().ConfigureAwait(false);
        if (scheduler.Journal is { } journal)
        {
            await journal.Journal.CloseAsync().ConfigureAwait(false);
        }

        scheduler.Locks.StopLeases();
        scheduler.Stalls.Stop();
        scheduler.Registry.Stop();
        scheduler.Log.Complete();
        scheduler.Telemetry.Dispose();
    }
}
