using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using AgentOrchestration.Diagnostics;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Scheduling;

/// <summary>Spans, instruments and logs, derived from the records of changes. Holds no content: ids, names, states, codes and sizes only.</summary>
/// <remarks>Listeners and log providers are the host's code: they are called outside every gate, and what they throw harms no agent.</remarks>
internal sealed class SchedulerTelemetry : IDisposable
{
    private static readonly ActivitySource Source = new(TelemetryNames.Source);

    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly Histogram<double> _queueWait;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _outcomes;
    private readonly Histogram<double> _duration;

    public SchedulerTelemetry(ILogger logger, string? orchestratorName)
    {
        _logger = logger;
        _meter = new Meter(new MeterOptions(TelemetryNames.Source)
        {
            Tags = orchestratorName is null ? null : [new KeyValuePair<string, object?>(TelemetryNames.OrchestratorTag, orchestratorName)],
        });
        _queueWait = _meter.CreateHistogram<double>(TelemetryNames.QueueWait, "s", "From acceptance to the first start.");
        _attempts = _meter.CreateCounter<long>(TelemetryNames.Attempts, "{attempt}", "Attempts started.");
        _retries = _meter.CreateCounter<long>(TelemetryNames.Retries, "{attempt}", "Failed attempts that are followed by another one.");
        _outcomes = _meter.CreateCounter<long>(TelemetryNames.Outcomes, "{agent}", "Agents ended, by state and error code.");
        _duration = _meter.CreateHistogram<double>(TelemetryNames.AgentDuration, "s", "From acceptance to the end.");
        Locks = new LockTelemetry(_meter, logger);
        Calls = new CallTelemetry(_meter);
        Runs = new RunTelemetry(_meter, logger, Calls);
    }

    private CallTelemetry Calls { get; }

    public LockTelemetry Locks { get; }

    public RunTelemetry Runs { get; }

    public static bool HasSpanListeners => Source.HasListeners();

    /// <summary>Whether anybody looks at changes; if not, none are handed over.</summary>
    public bool IsObserving => IsLogging() || _queueWait.Enabled || _attempts.Enabled || _retries.Enabled || _outcomes.Enabled || _duration.Enabled || Runs.IsEnabled || Calls.IsEnabled;

    /// <summary>The span that an agent spawned here belongs below; null if nobody listens.</summary>
    public static Activity? CurrentSpan => Source.HasListeners() ? Activity.Current : null;

    /// <summary>Makes the instruments that are read on demand.</summary>
    public void Attach(AgentScheduler scheduler)
    {
        _meter.CreateObservableUpDownCounter(TelemetryNames.Agents, () => AgentsByState(scheduler), "{agent}", "Agents that have not ended, by state.");
        _meter.CreateObservableUpDownCounter(TelemetryNames.QueueDepth, () => (long)scheduler.Count().Ready, "{agent}", "Agents that need only a slot.");
        _meter.CreateObservableUpDownCounter(TelemetryNames.SlotsUsed, () => (long)scheduler.Count().SlotsHeld, "{slot}", "Slots held.");
        _meter.CreateObservableUpDownCounter(TelemetryNames.SlotsLimit, () => (long)scheduler.Count().Capacity, "{slot}", "Slots in all.");
        _meter.CreateObservableUpDownCounter(TelemetryNames.DetachedAgents, () => (long)scheduler.Endings.Detached, "{agent}", "Detached agents whose code still runs.");
        _meter.CreateObservableCounter(TelemetryNames.EventsPublished, () => scheduler.Log.Published, "{event}", "Events published.");
        _meter.CreateObservableCounter(TelemetryNames.EventsMissed, () => scheduler.Log.Missed, "{event}", "Events that readers missed, summed over the readers.");
        Locks.Attach(scheduler.Locks);
        Runs.Attach(scheduler.Registry);
    }

    /// <summary>A span below the current one; null if nobody wants it.</summary>
    public static Activity? StartSpan(string name) => Source.StartActivity(name);

    public static string NameOf<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    public static Activity? StartAttempt(Attempt attempt)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        try
        {
            return StartSpan(attempt);
        }
        catch (Exception)
        {
            // As in Observe: without this the attempt would neither run nor end.
            return null;
        }
    }

    private static Activity? StartSpan(Attempt attempt)
    {
        var agent = attempt.Agent;
        var span = Source.StartActivity($"{TelemetryNames.InvokeAgent} {agent.Name}", ActivityKind.Internal, agent.Extras?.SpawnedWithin?.Context ?? default);
        span?.SetTag(TelemetryNames.OperationTag, TelemetryNames.InvokeAgent)
            .SetTag(TelemetryNames.AgentNameTag, agent.Name)
            .SetTag(TelemetryNames.AgentIdTag, agent.Id.ToString())
            .SetTag(TelemetryNames.AttemptTag, attempt.Number);
        return span;
    }

    /// <summary>Ends the span before the attempt is closed, so that a host that flushes on completion has it.</summary>
    public static void EndAttempt(Activity? span, Attempt attempt, in AttemptOutcome outcome)
    {
        if (span is not null)
        {
            StopSpan(span, attempt.Agent.Ending?.Error ?? attempt.Failure ?? outcome.Error);
        }
    }

    public void Observe(AgentInstance agent, AgentEvent change)
    {
        try
        {
            Measure(agent, change);
            Write(agent, change);
        }
        catch (Exception)
        {
            // A broken log provider or meter listener: there is nowhere left to say so, and no agent may suffer from it.
        }
    }

    public void Detached(AgentInstance agent) => Safely(() => _logger.AgentDetached(agent.Name, agent.Id));

    public void Diverged(AgentInstance agent, string key) => Safely(() => _logger.StepDiverged(agent.Name, agent.Id, key));

    public void StoreFailed(Exception exception) => Safely(() => _logger.StoreFailed(exception.GetType().Name));

    public void StreamFailed(string stream, Exception exception) => Safely(() => _logger.StreamFailed(stream, exception.GetType().Name));

    public void Resumed(int agents, int runs, TimeSpan duration) => Safely(() => _logger.Resumed(agents, runs, duration));

    public void NotResumed(string stream, string problem) => Safely(() => _logger.NotResumed(stream, problem));

    public void DetachedEnded(AgentInstance agent) => Safely(() => _logger.DetachedAgentEnded(agent.Name, agent.Id));

    public void CallbackFailed(AgentInstance agent, Exception exception) => Safely(() => _logger.CancellationCallbackFailed(agent.Name, agent.Id, exception.GetBaseException().GetType().Name));

    public void Dispose() => _meter.Dispose();

    private bool IsLogging()
    {
        try
        {
            return _logger.IsEnabled(LogLevel.Error);
        }
        catch (Exception)
        {
            // As in Observe.
            return false;
        }
    }

    private static IEnumerable<Measurement<long>> AgentsByState(AgentScheduler scheduler)
    {
        var counts = scheduler.Count().AgentsByState;
        for (var state = AgentState.Idle; state <= AgentState.Paused; state++)
        {
            yield return new Measurement<long>(counts[(int)state], new KeyValuePair<string, object?>(TelemetryNames.StateTag, NameOf(state)));
        }
    }

    private static void Safely(Action log)
    {
        try
        {
            log();
        }
        catch (Exception)
        {
            // As in Observe.
        }
    }

    private static void StopSpan(Activity span, AgentError? error) => Safely(() =>
    {
        if (error is not null)
        {
            span.SetTag(TelemetryNames.ErrorTypeTag, error.Code).SetStatus(ActivityStatusCode.Error);
        }

        span.Dispose();
    });

    private void Measure(AgentInstance agent, AgentEvent change)
    {
        Calls.Measure(change);
        switch (change)
        {
            case AgentStarted started:
                _attempts.Add(1, new KeyValuePair<string, object?>(TelemetryNames.AgentNameTag, agent.Name));
                if (started.Attempt == 1)
                {
                    _queueWait.Record((started.Timestamp - agent.Spawned.Utc).TotalSeconds);
                }

                break;
            case AgentRetrying retrying:
                _retries.Add(1, new(TelemetryNames.AgentNameTag, agent.Name), new(TelemetryNames.ErrorTypeTag, retrying.Error.Code));
                break;
            case AgentCompleted { Result: var result }:
                Ended(result);
                break;
            case AgentFailed { Result: var result }:
                Ended(result);
                break;
            case AgentCancelled { Result: var result }:
                Ended(result);
                break;
        }

        void Ended(AgentResult result)
        {
            var tags = new TagList { { TelemetryNames.AgentNameTag, agent.Name }, { TelemetryNames.StateTag, NameOf(result.State) } };
            if (result.Error is { } error)
            {
                tags.Add(TelemetryNames.ErrorTypeTag, error.Code);
            }

            _outcomes.Add(1, tags);
            _duration.Record(result.Duration.TotalSeconds, tags);
        }
    }

    private void Write(AgentInstance agent, AgentEvent change)
    {
        switch (change)
        {
            case AgentSpawned:
                _logger.AgentSpawned(agent.Name, agent.Id);
                break;
            case AgentStarted started:
                _logger.AgentStarted(agent.Name, agent.Id, started.Attempt);
                break;
            case AgentRetrying retrying:
                _logger.AgentRetrying(agent.Name, agent.Id, retrying.Attempt, retrying.Error.Code, retrying.Error.Exception?.GetType().Name, retrying.Delay);
                break;
            case AgentStalled stalled:
                _logger.AgentStalled(agent.Name, agent.Id, stalled.Silence);
                break;
            case AgentCompleted { Result: var result }:
                _logger.AgentCompleted(agent.Name, agent.Id, result.Attempts, result.Duration);
                break;
            case AgentFailed { Error: var error, Result: var result }:
                _logger.AgentFailed(agent.Name, agent.Id, result.Attempts, result.Duration, error.Code, error.Exception?.GetType().Name);
                break;
            case AgentCancelled { Result: var result }:
                _logger.AgentCancelled(agent.Name, agent.Id, result.Attempts, result.Duration);
                break;
        }
    }
}
