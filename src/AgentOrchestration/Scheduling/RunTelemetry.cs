using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentOrchestration.Diagnostics;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Scheduling;

/// <summary>Spans, instruments and logs of runs: ids, names, patterns and outcomes, never content. Called outside every gate.</summary>
internal sealed class RunTelemetry
{
    // What a run failed with whose goals have errors of their own.
    private const string GoalsFailed = "goals_failed";

    private const string WasRefused = "refused";

    private readonly Meter _meter;
    private readonly ILogger _logger;
    private readonly CallTelemetry _calls;
    private readonly Counter<long> _starts;
    private readonly Counter<long> _outcomes;
    private readonly Counter<long> _skips;
    private readonly Counter<long> _conditions;
    private readonly Histogram<double> _duration;

    public RunTelemetry(Meter meter, ILogger logger, CallTelemetry calls)
    {
        _meter = meter;
        _logger = logger;
        _calls = calls;
        _starts = meter.CreateCounter<long>(TelemetryNames.RunStarts, "{run}", "Runs started, by pattern.");
        _outcomes = meter.CreateCounter<long>(TelemetryNames.RunOutcomes, "{run}", "Runs ended, by pattern, outcome and error code.");
        _skips = meter.CreateCounter<long>(TelemetryNames.RunSkips, "{goal}", "Goals that were skipped, by pattern and reason.");
        _conditions = meter.CreateCounter<long>(TelemetryNames.RunConditions, "{condition}", "Conditions judged, by pattern and verdict.");
        _duration = meter.CreateHistogram<double>(TelemetryNames.RunDuration, "s", "From the start of a run to its end.");
    }

    /// <summary>Whether anybody listens to its instruments.</summary>
    public bool IsEnabled => _starts.Enabled || _outcomes.Enabled || _skips.Enabled || _conditions.Enabled || _duration.Enabled;

    /// <summary>Makes the instruments that are read on demand.</summary>
    public void Attach(AgentRegistry registry) => _meter.CreateObservableUpDownCounter(
        TelemetryNames.Runs,
        () => registry.CountRuns().Select(static count => new Measurement<long>(count.Value, Tag(TelemetryNames.RunPatternTag, count.Key))),
        "{run}",
        "Runs that have not ended, by pattern.");

    /// <summary>The span of a run, below that in which it is started and without becoming the current one; null if nobody wants it.</summary>
    public static Activity? StartSpan(PlannedRun run)
    {
        var current = Activity.Current;
        try
        {
            return SchedulerTelemetry.StartSpan(run.Name is { } name ? $"{TelemetryNames.InvokeWorkflow} {name}" : TelemetryNames.InvokeWorkflow)
                ?.SetTag(TelemetryNames.OperationTag, TelemetryNames.InvokeWorkflow)
                .SetTag(TelemetryNames.AgentNameTag, run.Name)
                .SetTag(TelemetryNames.RunPatternTag, run.Pattern);
        }
        catch (Exception)
        {
            // A broken listener or log provider: as in SchedulerTelemetry.Observe.
            return null;
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Ends the span of a run that was refused.</summary>
    public static void Refused(Activity? span) => EndSpan(span, outcome: null, WasRefused);

    public void Observe(PlannedRun run, AgentEvent change)
    {
        try
        {
            _calls.Measure(change);
            switch (change)
            {
                case RunStarted started:
                    _starts.Add(1, Pattern(run));
                    _logger.RunStarted(NameOf(run), run.Trace.Id, run.Pattern, started.Goals);
                    break;
                case RunStopping:
                    _logger.RunStopping(NameOf(run), run.Trace.Id);
                    break;
                case RunGoalSkipped skipped:
                    _skips.Add(1, Pattern(run), Tag(TelemetryNames.SkipReasonTag, SchedulerTelemetry.NameOf(skipped.Reason)));
                    break;
                case RunConditionJudged judged:
                    _conditions.Add(1, Pattern(run), Tag(TelemetryNames.ConditionTag, judged.Holds ? "met" : "not_met"));
                    break;
            }
        }
        catch (Exception)
        {
            // As in StartSpan.
        }
    }

    public void ConditionFailed(PlannedRun run, string goal, Exception thrown)
    {
        try
        {
            _conditions.Add(1, Pattern(run), Tag(TelemetryNames.ConditionTag, "failed"));
            _logger.ConditionFailed(goal, NameOf(run), run.Trace.Id, thrown.GetType().Name);
        }
        catch (Exception)
        {
            // As in StartSpan.
        }
    }

    /// <summary>The run has ended; called before that is made known, so that a host that flushes then has it.</summary>
    /// <param name="run">The run.</param>
    /// <param name="span">Its span, if it has one.</param>
    /// <param name="completed">Its last event.</param>
    /// <param name="isCancelled">Whether it was cancelled.</param>
    /// <param name="error">What it failed with, if that was not its goals.</param>
    public void Ended(PlannedRun run, Activity? span, RunCompleted completed, bool isCancelled, AgentError? error)
    {
        var outcome = isCancelled ? "cancelled" : completed.Succeeded ? "succeeded" : "failed";
        var code = isCancelled || completed.Succeeded ? null : error?.Code ?? GoalsFailed;
        EndSpan(span?.SetTag(TelemetryNames.RunIdTag, run.Trace.Id.ToString()), outcome, code);
        try
        {
            var tags = new TagList { Pattern(run), Tag(TelemetryNames.RunOutcomeTag, outcome) };
            if (code is not null)
            {
                tags.Add(TelemetryNames.ErrorTypeTag, code);
            }

            _outcomes.Add(1, tags);
            _duration.Record(completed.Duration.TotalSeconds, tags);
            if (code is null)
            {
                _logger.RunEnded(NameOf(run), run.Trace.Id, outcome, completed.Duration, completed.Ended, completed.Skipped);
            }
            else
            {
                _logger.RunFailed(NameOf(run), run.Trace.Id, code, error?.Exception?.GetType().Name, completed.Duration, completed.Ended, completed.Skipped);
            }
        }
        catch (Exception)
        {
            // As in StartSpan.
        }
    }

    private static void EndSpan(Activity? span, string? outcome, string? code)
    {
        try
        {
            span?.SetTag(TelemetryNames.RunOutcomeTag, outcome).SetTag(TelemetryNames.ErrorTypeTag, code);
            if (code is not null)
            {
                span?.SetStatus(ActivityStatusCode.Error);
            }

            span?.Dispose();
        }
        catch (Exception)
        {
            // As in StartSpan.
        }
    }

    private static string NameOf(PlannedRun run) => run.Name ?? "unnamed";

    private static KeyValuePair<string, object?> Pattern(PlannedRun run) => Tag(TelemetryNames.RunPatternTag, run.Pattern);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
