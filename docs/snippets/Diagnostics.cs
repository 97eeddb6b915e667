using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentOrchestration;

namespace Snippets;

internal static class Diagnostics
{
    public static async Task RunAsync()
    {
        var values = new Dictionary<string, double>(StringComparer.Ordinal);

        // snippet: diagnostics-listen
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "AgentOrchestration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<int>(Note);
        meters.SetMeasurementEventCallback<long>(Note);
        meters.SetMeasurementEventCallback<double>(Note);
        meters.Start();
        // end snippet

        var stopped = new TaskCompletionSource<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "AgentOrchestration",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => stopped.TrySetResult(span.DisplayName),
        };
        ActivitySource.AddActivityListener(listener);

        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("done")));
        await (await orchestrator.SpawnAsync(new AgentGoal("Work") { Name = "worker" })).Completion;
        meters.RecordObservableInstruments();
        Check.That(values["agent_orchestration.slots.limit"] == 4, "the slots are measured");
        Check.That(await stopped.Task == "invoke_agent worker", "each attempt is a span named after its agent");

        void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
            where T : struct, IConvertible
        {
            lock (values)
            {
                values[instrument.Name] = value.ToDouble(provider: null);
            }
        }
    }
}
