using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tests.Testing;

/// <summary>Listens to the telemetry of one orchestrator: what is measured, as text such as <c>lock.wait 2 kind=file</c>, what is logged, and the spans of the test's own trace that have ended.</summary>
internal sealed class TelemetryRecorder : IDisposable
{
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;
    private readonly string _name = Guid.NewGuid().ToString("N");

    /// <param name="area">Only instruments with this word in their names.</param>
    public TelemetryRecorder(string area)
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.Contains(area, StringComparison.Ordinal) && instrument.Meter.Tags?.Any(tag => tag.Value is string value && value == _name) == true)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>(Note);
        _meters.SetMeasurementEventCallback<double>(Note);
        _meters.Start();
        Root = new Activity("test").Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "AgentOrchestration",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.TraceId == Root.TraceId)
                {
                    Spans.Enqueue(span);
                }
            },
        };
        ActivitySource.AddActivityListener(_activities);
    }

    /// <summary>The span in which the test runs.</summary>
    public Activity Root { get; }

    public ConcurrentQueue<string> Measured { get; } = [];

    public ConcurrentQueue<(int Id, LogLevel Level, string Text)> Logged { get; } = [];

    public ConcurrentQueue<Activity> Spans { get; } = [];

    /// <summary>The one orchestrator it listens to.</summary>
    public IAgentOrchestrator Create(Action<AgentOrchestrationOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Logs(Logged)));
        services.AddAgentOrchestration(_name, configure);

        // Not disposed: it holds nothing but the orchestrator, which the test disposes.
        return services.BuildServiceProvider().GetRequiredKeyedService<IAgentOrchestrator>(_name);
    }

    /// <summary>Reads the instruments that are read on demand.</summary>
    public void Read() => _meters.RecordObservableInstruments();

    public void AssertNowhere(string secret)
    {
        Assert.DoesNotContain(Measured, line => line.Contains(secret, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(Logged, line => line.Text.Contains(secret, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(Spans, span => span.DisplayName.Contains(secret, StringComparison.OrdinalIgnoreCase) || span.TagObjects.Any(tag => $"{tag.Value}".Contains(secret, StringComparison.OrdinalIgnoreCase)));
    }

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
        Root.Dispose();
    }

    private void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : struct
    {
        var text = string.Concat(tags.ToArray().OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $" {tag.Key.Split('.')[^1]}={tag.Value}"));
        Measured.Enqueue(FormattableString.Invariant($"{instrument.Name["agent_orchestration.".Length..]} {value}{text}"));
    }

    private sealed class Logs(ConcurrentQueue<(int Id, LogLevel Level, string Text)> logged) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            logged.Enqueue((eventId.Id, logLevel, formatter(state, exception)));

        public void Dispose()
        {
        }
    }
}
