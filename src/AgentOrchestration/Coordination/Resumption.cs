using System.Text.Json;
using AgentOrchestration.Durability;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>Takes over what the store has of unfinished runs and agents that nobody alive works on.</summary>
internal sealed class Resumption(AgentScheduler scheduler, RunLauncher runs, Journal journal)
{
    private const int MaxUnreported = 100_000;

    private readonly Lock _gate = new();
    private Taken _unreported = new();
    private ITimer? _timer;
    private int _looking;
    private long _trimmedAt;
    private bool _isStopped;

    /// <summary>What is cleaned up now and then; set once, before the first use.</summary>
    public RunHistory? History { get; set; }

    /// <summary>Takes over what there is now, and from here on, now and then, what others leave.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        await TakeOverAsync(cancellationToken).ConfigureAwait(false);
        _trimmedAt = scheduler.Time.GetTimestamp();
        await History!.TrimAsync(cancellationToken).ConfigureAwait(false);
        Watch();
    }

    /// <summary>The same, and what was taken over since the last time.</summary>
    public async Task<RestoreReport> RestoreAsync(CancellationToken cancellationToken)
    {
        await ResumeAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            var report = _unreported.ToReport();
            _unreported = new Taken();
            return report;
        }
    }

    /// <summary>The agent of a key that the host used before, in this process or an earlier one; null if there is none.</summary>
    /// <exception cref="InvalidOperationException">Another orchestrator works on it.</exception>
    public async ValueTask<AgentHandle?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (FindKnown(key) is not null || await journal.Store.FindAsync(key, cancellationToken).ConfigureAwait(false) is not { } id)
        {
            // The intake gives the one that is known.
            return null;
        }

        var stream = new RecordedStream(id);
        await foreach (var stored in journal.Store.ReadAsync([id], cancellationToken).ConfigureAwait(false))
        {
            stream.Add(stored, journal.Options.Protector);
        }

        if (stream.Agent is { Result: { } result } ended)
        {
            return scheduler.Intake.Ended(ended, result, scheduler.Now()).Handle;
        }

        await TakeOverAsync(cancellationToken).ConfigureAwait(false);
        return FindKnown(key)?.Handle ?? throw new InvalidOperationException(
            $"Idempotency key '{key}' belongs to {id}, which has not ended, and on which another orchestrator works or which cannot go on here. Wait for it there, or use another key.");
    }

    private AgentInstance? FindKnown(string key)
    {
        lock (scheduler.Gate)
        {
            return scheduler.Registry.FindByKeyLocked(key);
        }
    }

    public void Stop()
    {
        ITimer? timer;
        lock (_gate)
        {
            _isStopped = true;
            timer = _timer;
        }

        timer?.Dispose();
    }

    private void Watch()
    {
        // Outside the gate: the clock is the host's code.
        var timer = scheduler.Time.CreateTimer(static state => ((Resumption)state!).LookSoon(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        bool isFirst;
        lock (_gate)
        {
            isFirst = _timer is null && !_isStopped;
            _timer = isFirst ? timer : _timer;
        }

        if (isFirst)
        {
            timer.Change(journal.Options.LeaseDuration, journal.Options.LeaseDuration);
        }
        else
        {
            timer.Dispose();
        }
    }

    private void LookSoon()
    {
        if (Interlocked.Exchange(ref _looking, 1) == 0)
        {
            _ = Task.Run(LookAsync);
        }
    }

    private async Task LookAsync()
    {
        try
        {
            await TakeOverAsync(CancellationToken.None).ConfigureAwait(false);
            if (scheduler.Time.GetElapsedTime(_trimmedAt) >= TimeSpan.FromHours(1))
            {
                _trimmedAt = scheduler.Time.GetTimestamp();
                await History!.TrimAsync().ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is StoreException or StoreLeaseLostException or ObjectDisposedException)
        {
            // It is looked again later; if the store has failed for good, the journal has told everybody.
            scheduler.Telemetry.NotResumed("the store", exception.GetType().Name);
        }
        finally
        {
            Volatile.Write(ref _looking, 0);
        }
    }

    private async Task TakeOverAsync(CancellationToken cancellationToken)
    {
        var start = scheduler.Time.GetTimestamp();
        var lease = await journal.OpenAsync(cancellationToken).ConfigureAwait(false);
        var adopted = await journal.Store.AdoptAsync(lease, cancellationToken).ConfigureAwait(false);
        var taken = new Taken();
        if (adopted.Count == 0)
        {
            return;
        }

        // Not cancelled from here on: what was adopted belongs to this orchestrator, and nobody else would go on with it.
        RecordedStream? stream = null;
        await foreach (var stored in journal.Store.ReadAsync([.. adopted.Select(static one => one.Id)], CancellationToken.None).ConfigureAwait(false))
        {
            if (stream is not null && !string.Equals(stream.Id, stored.Record.Stream, StringComparison.Ordinal))
            {
                Take(stream, taken);
                stream = null;
            }

            stream ??= new RecordedStream(stored.Record.Stream);
            stream.Add(stored, journal.Options.Protector);
        }

        if (stream is not null)
        {
            Take(stream, taken);
        }

        await scheduler.AcknowledgeAsync(CancellationToken.None).ConfigureAwait(false);
        scheduler.Telemetry.Resumed(taken.Agents.Count, taken.Runs.Count, scheduler.Time.GetElapsedTime(start));
        lock (_gate)
        {
            _unreported.Add(taken);
        }
    }

    private void Take(RecordedStream stream, Taken taken)
    {
        stream.Complete();
        foreach (var problem in stream.Problems)
        {
            Problem(stream, problem, taken);
        }

        if (stream.IsBroken || stream is { Agent: null, Run: null })
        {
            Problem(stream, "without what cannot be read it cannot go on; it stays in the store", taken);
            return;
        }

        if (stream.Run is { } run)
        {
            TakeRun(stream, run, taken);
        }
        else
        {
            TakeAgent(stream, stream.Agent!, taken);
        }
    }

    private void TakeAgent(RecordedStream stream, RecordedAgent recorded, Taken taken)
    {
        var code = scheduler.Intake.FindCode(recorded.Agent);
        if (code is null && recorded.Agent is { } name)
        {
            Problem(stream, $"no agent is registered as '{name}'; it stays in the store until it is opened with that agent", taken);
            return;
        }

        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        AgentInstance agent;
        lock (scheduler.Gate)
        {
            agent = scheduler.Intake.RestoreLocked(recorded, code, parent: null, now, ref outbox);
            scheduler.FillSlotsLocked(now, ref outbox);
        }

        scheduler.Flush(outbox);
        taken.Agents.Add(agent.Handle);
    }

    private void TakeRun(RecordedStream stream, RecordedRun recorded, Taken taken)
    {
        if (recorded.Plan is null)
        {
            Problem(stream, "its plan holds code, or cannot be read, so nobody can go on with it; it has ended. Register conditions, aggregators and judges by name where runs must survive a restart", taken);
            var now = scheduler.Now();
            lock (scheduler.Gate)
            {
                scheduler.Journal!.EndRunLocked(recorded, stream.Id, now);
            }

            return;
        }

        try
        {
            taken.Runs.Add(runs.Restore(recorded));
        }
        catch (Exception exception) when (exception is InvalidOperationException or JsonException or ArgumentException)
        {
            Problem(stream, $"the run cannot go on here: {exception.Message}", taken);
        }
    }

    private void Problem(RecordedStream stream, string problem, Taken taken)
    {
        taken.Problems.Add($"{stream.Id}: {problem}");
        scheduler.Telemetry.NotResumed(stream.Id, problem);
    }

    private sealed class Taken
    {
        public List<AgentHandle> Agents { get; } = [];

        public List<OrchestrationRun> Runs { get; } = [];

        public List<string> Problems { get; } = [];

        // Nobody may ever ask for it: the oldest go.
        public void Add(Taken later)
        {
            Add(Agents, later.Agents);
            Add(Runs, later.Runs);
            Add(Problems, later.Problems);
        }

        private static void Add<T>(List<T> all, List<T> later)
        {
            all.AddRange(later);
            all.RemoveRange(0, Math.Max(0, all.Count - MaxUnreported));
        }

        public RestoreReport ToReport() => new() { Agents = Agents, Runs = Runs, Problems = Problems };
    }
}
