using System.Diagnostics.Metrics;
using AgentOrchestration.Llm.Diagnostics;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Llm.Routing;

/// <summary>Instruments and logs of routing: names of clients, purposes, outcomes and statuses, never content. Called outside every gate; what listeners throw harms no call.</summary>
internal sealed class RouterTelemetry : IDisposable
{
    private static readonly string[] Purposes = [.. Enum.GetNames<LlmPurpose>().Select(static name => name.ToLowerInvariant())];
    private static readonly string[] CallEnds = ["answered", "throttled", "unavailable", "timed_out", "rejected", "cancelled", "not_admitted"];
    private static readonly string[] WaitEnds = ["granted", "refused", "timeout", "cancelled"];

    private readonly ILogger _logger;
    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _wait;
    private readonly Counter<long> _failovers;

    public RouterTelemetry(ILogger logger, string? orchestratorName)
    {
        _logger = logger;
        _meter = new Meter(new MeterOptions(LlmTelemetryNames.Source)
        {
            Tags = orchestratorName is null ? null : [Tag(LlmTelemetryNames.OrchestratorTag, orchestratorName)],
        });
        _duration = _meter.CreateHistogram<double>(LlmTelemetryNames.CallDuration, "s", "Calls of clients, to the end of the answer, by outcome.");
        _wait = _meter.CreateHistogram<double>(LlmTelemetryNames.CallWait, "s", "Waits for a place at a client, by outcome.");
        _failovers = _meter.CreateCounter<long>(LlmTelemetryNames.Failovers, "{call}", "Calls that failed at a client and went on to another.");
    }

    public static string NameOf(LlmPurpose purpose) => Purposes[(int)purpose];

    /// <summary>Makes the instruments that are read on demand.</summary>
    public void Attach(ClientPool pool)
    {
        _meter.CreateObservableUpDownCounter(LlmTelemetryNames.CallsInFlight, () => Measure(pool, static client => client.InFlight), "{call}", "Calls in flight.");
        _meter.CreateObservableUpDownCounter(LlmTelemetryNames.CallsLimit, () => Measure(pool, static client => client.Limit), "{call}", "Calls that may be in flight.");
        _meter.CreateObservableUpDownCounter(LlmTelemetryNames.CallsWaiting, () => pool.Snapshot().Waiting, "{call}", "Calls that wait for a place.");
        _meter.CreateObservableGauge(LlmTelemetryNames.Circuit, () => Measure(pool, static client => (int)client.Circuit), "{state}", "0 closed, 1 on trial, 2 open.");
    }

    public void CallOver(string client, LlmPurpose purpose, CallEnd end, TimeSpan duration)
    {
        if (!_duration.Enabled)
        {
            return;
        }

        try
        {
            _duration.Record(duration.TotalSeconds, Tag(LlmTelemetryNames.ClientTag, client), Tag(LlmTelemetryNames.PurposeTag, NameOf(purpose)), Tag(LlmTelemetryNames.OutcomeTag, CallEnds[(int)end]));
        }
        catch (Exception)
        {
            // A broken listener or log provider: there is nowhere left to say so, and no call may suffer from it.
        }
    }

    public void WaitOver(LlmPurpose purpose, WaitEnd end, TimeSpan waited)
    {
        try
        {
            _wait.Record(waited.TotalSeconds, Tag(LlmTelemetryNames.PurposeTag, NameOf(purpose)), Tag(LlmTelemetryNames.OutcomeTag, WaitEnds[(int)end]));
        }
        catch (Exception)
        {
            // As in CallOver.
        }
    }

    /// <summary>A client failed.</summary>
    /// <param name="failure">How.</param>
    /// <param name="goesOn">Whether the call goes on to another.</param>
    public void CallFailed(ModelFailure failure, bool goesOn)
    {
        try
        {
            _logger.ModelCallFailed(failure.Client, failure.Exception.GetType().Name, failure.Meaning.Status);
            if (goesOn)
            {
                _failovers.Add(1, Tag(LlmTelemetryNames.ClientTag, failure.Client));
            }
        }
        catch (Exception)
        {
            // As in CallOver.
        }
    }

    public void Throttled(string client, int? status, TimeSpan rest, int limit) => Safely(() => _logger.ModelThrottled(client, status, rest, limit));

    public void CircuitOpened(string client, TimeSpan duration) => Safely(() => _logger.ModelCircuitOpened(client, duration));

    public void CircuitClosed(string client) => Safely(() => _logger.ModelCircuitClosed(client));

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> Measure(ClientPool pool, Func<ClientSnapshot, int> value) =>
        pool.Snapshot().Clients.Select(client => new Measurement<int>(value(client), Tag(LlmTelemetryNames.ClientTag, client.Name)));

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static void Safely(Action log)
    {
        try
        {
            log();
        }
        catch (Exception)
        {
            // As in CallOver.
        }
    }
}
