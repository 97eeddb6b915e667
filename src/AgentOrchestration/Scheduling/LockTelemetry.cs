using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentOrchestration.Diagnostics;
using AgentOrchestration.Locking;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Scheduling;

/// <summary>Instruments, spans and logs of locks: kinds, modes and outcomes, never the names of resources, which may be content. Called outside every gate.</summary>
internal sealed class LockTelemetry
{
    private readonly Meter _meter;
    private readonly ILogger _logger;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _hold;
    private readonly Counter<long> _deadlocks;
    private readonly Counter<long> _lost;

    public LockTelemetry(Meter meter, ILogger logger)
    {
        _meter = meter;
        _logger = logger;
        _wait = meter.CreateHistogram<double>(TelemetryNames.LockWait, "s", "From the beginning of a wait for a lock to its outcome.");
        _hold = meter.CreateHistogram<double>(TelemetryNames.LockHold, "s", "From taking a lock to its end, where all locks raise events.");
        _deadlocks = meter.CreateCounter<long>(TelemetryNames.DeadlocksRefused, "{wait}", "Waits refused because they would never end.");
        _lost = meter.CreateCounter<long>(TelemetryNames.LocksLost, "{lock}", "Locks taken away from their holders, by reason.");
    }

    /// <summary>Whether anybody listens to how long waits take.</summary>
    public bool MeasuresWaits => _wait.Enabled;

    /// <summary>Makes the instruments that are read on demand.</summary>
    public void Attach(ResourceLockTable table)
    {
        _meter.CreateObservableUpDownCounter(TelemetryNames.LocksHeld, () => Measure(table.CountHolds()), "{resource}", "Resources held.");
        _meter.CreateObservableUpDownCounter(TelemetryNames.LocksWaiting, () => Measure(table.CountWaits()), "{wait}", "Waits for locks; one for a set counts as its first resource.");
        _meter.CreateObservableCounter(TelemetryNames.LockWaits, () => Measure(table.CountWaitsBegun()), "{wait}", "Waits for locks begun; one for a set counts as its first resource.");
    }

    public void WaitOver(in ResourceRequest first, TimeSpan waited, string outcome)
    {
        try
        {
            _wait.Record(waited.TotalSeconds, Tag(TelemetryNames.LockKindTag, first.Key.Kind), Tag(TelemetryNames.LockModeTag, NameOf(first.Mode)), Tag(TelemetryNames.LockOutcomeTag, outcome));
        }
        catch (Exception)
        {
            // A broken listener or log provider: as in SchedulerTelemetry.Observe.
        }
    }

    /// <param name="hold">The hold.</param>
    /// <param name="held">For how long; null where only those are seen that were taken away, which say nothing of the rest.</param>
    public void HoldEnded(EndedHold hold, TimeSpan? held)
    {
        try
        {
            var (kind, mode) = (Tag(TelemetryNames.LockKindTag, hold.Key.Kind), Tag(TelemetryNames.LockModeTag, NameOf(hold.Mode)));
            if (held is { } duration)
            {
                _hold.Record(duration.TotalSeconds, kind, mode);
            }

            if (hold.Loss is { } reason)
            {
                _lost.Add(1, kind, mode, Tag(TelemetryNames.LockLossTag, SchedulerTelemetry.NameOf(reason)));
                _logger.LockLost(hold.Owner.Name, IdOf(hold.Owner), hold.Key.Kind, SchedulerTelemetry.NameOf(reason));
            }
        }
        catch (Exception)
        {
            // As in WaitOver.
        }
    }

    public void DeadlockRefused(WaitParty who, int parties)
    {
        try
        {
            _deadlocks.Add(1);
            _logger.DeadlockRefused(who.Name, IdOf(who), parties);
        }
        catch (Exception)
        {
            // As in WaitOver.
        }
    }

    public static Activity? StartWait(in ResourceRequest first)
    {
        try
        {
            return SchedulerTelemetry.StartSpan($"{TelemetryNames.AcquireLock} {first.Key.Kind}")
                ?.SetTag(TelemetryNames.LockKindTag, first.Key.Kind)
                .SetTag(TelemetryNames.LockModeTag, NameOf(first.Mode));
        }
        catch (Exception)
        {
            // As in WaitOver.
            return null;
        }
    }

    public static void EndWait(Activity span, string outcome)
    {
        try
        {
            span.SetTag(TelemetryNames.LockOutcomeTag, outcome);
            if (outcome is "timeout" or "deadlock")
            {
                span.SetTag(TelemetryNames.ErrorTypeTag, outcome).SetStatus(ActivityStatusCode.Error);
            }

            span.Dispose();
        }
        catch (Exception)
        {
            // As in WaitOver.
        }
    }

    private static IEnumerable<Measurement<long>> Measure(IReadOnlyDictionary<(string Kind, ResourceMode Mode), long> counts) => counts.Select(static count =>
        new Measurement<long>(count.Value, Tag(TelemetryNames.LockKindTag, count.Key.Kind), Tag(TelemetryNames.LockModeTag, NameOf(count.Key.Mode))));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static string IdOf(WaitParty who) => who.AgentId?.ToString() ?? "host";

    private static string NameOf(ResourceMode mode) => mode == ResourceMode.Shared ? "shared" : "exclusive";
}
