using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class LockTelemetryTests : IDisposable
{
    private const string Secret = "canary-4711";
    private static readonly ResourceRequest File = new(ResourceKey.File($"/tmp/{Secret}"));
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private readonly SimulatedTime _time = new();
    private readonly ConcurrentQueue<string> _measured = [];
    private readonly ConcurrentQueue<(int Id, LogLevel Level, string Text)> _logged = [];
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _activities;
    private readonly string _name = Guid.NewGuid().ToString("N");

    public LockTelemetryTests()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name.Contains("lock", StringComparison.Ordinal) && instrument.Meter.Tags?.Any(tag => tag.Value is string value && value == _name) == true)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>(Note);
        _meters.SetMeasurementEventCallback<double>(Note);
        _meters.Start();
        _activities = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "AgentOrchestration",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.OperationName.StartsWith("acquire_lock", StringComparison.Ordinal))
                    _spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(_activities);
    }

    public void Dispose()
    {
        _meters.Dispose();
        _activities.Dispose();
    }

    [Fact]
    public async Task Waits_AreMeasured_WithKindModeAndOutcome()
    {
        await using var orchestrator = Create();
        var held = await orchestrator.Locks.AcquireAsync(File);
        var granted = orchestrator.Locks.AcquireAsync(File).AsTask();
        var late = orchestrator.Locks.AcquireAsync(File with { Mode = ResourceMode.Shared }, TimeSpan.FromSeconds(2)).AsTask();
        using var cancel = new CancellationTokenSource();
        var cancelled = orchestrator.Locks.AcquireAsync(File, cancellationToken: cancel.Token).AsTask();
        _meters.RecordObservableInstruments();
        Assert.Contains("lock.held 1 kind=file mode=exclusive", _measured);
        Assert.Contains("lock.waiting 2 kind=file mode=exclusive", _measured);
        Assert.Contains("lock.waiting 1 kind=file mode=shared", _measured);
        Assert.Contains("lock.waits 2 kind=file mode=exclusive", _measured);
        Assert.Contains("lock.waits 1 kind=file mode=shared", _measured);

        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Hang));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Hang));
        _time.Advance(TimeSpan.FromSeconds(3));
        held.Dispose();
        (await granted.WaitAsync(Hang)).Dispose();

        Assert.Equal(
            ["lock.wait 2 kind=file mode=exclusive outcome=cancelled", "lock.wait 2 kind=file mode=shared outcome=timeout", "lock.wait 5 kind=file mode=exclusive outcome=granted"],
            _measured.Where(static line => line.StartsWith("lock.wait ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        AssertNoContent();
        _measured.Clear();
        _meters.RecordObservableInstruments();
        Assert.Equal(["lock.waits 1 kind=file mode=shared", "lock.waits 2 kind=file mode=exclusive"], _measured.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Deadlocks_AreCountedAndLogged()
    {
        await using var orchestrator = Create();
        var (one, other) = (orchestrator.Locks.CreateOwner("one"), orchestrator.Locks.CreateOwner("other"));
        var first = await one.AcquireAsync(File);
        var second = await other.AcquireAsync(ResourceRequest.Exclusive(Secret));
        var waiting = one.AcquireAsync(ResourceRequest.Exclusive(Secret)).AsTask();

        await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await other.AcquireAsync(File));
        await _time.SettleAsync();

        Assert.Single(_measured, "deadlocks.refused 1");
        var (id, level, text) = Assert.Single(_logged);
        Assert.Equal((11, LogLevel.Warning), (id, level));
        Assert.Equal("A wait of 'other' (host) was refused: it would have closed a circle of 2 that wait for each other.", text);
        second.Dispose();
        (await waiting.WaitAsync(Hang)).Dispose();
        first.Dispose();
        AssertNoContent();
    }

    [Fact]
    public async Task LostLocks_AreCountedAndLogged()
    {
        await using var orchestrator = Create();
        await orchestrator.Locks.AcquireAsync(File with { Lease = TimeSpan.FromSeconds(1) });

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["lock.lost 1 kind=file loss=lease_expired mode=exclusive"], _measured);
        var (id, level, text) = Assert.Single(_logged);
        Assert.Equal((12, LogLevel.Warning), (id, level));
        Assert.Equal("A lock on a resource of kind 'file' was taken away from 'host' (host): lease_expired.", text);
        AssertNoContent();
    }

    [Fact]
    public async Task HoldTimes_AreMeasuredWhereAllLocksRaiseEvents()
    {
        await using var orchestrator = Create(LockEventLevel.All);
        var guard = await orchestrator.Locks.AcquireAsync(File);
        _time.Advance(TimeSpan.FromSeconds(4));
        guard.Dispose();

        Assert.Equal(["lock.hold 4 kind=file mode=exclusive"], _measured);
    }

    [Fact]
    public async Task UncontendedLocks_AreNotMeasuredOtherwise()
    {
        await using var orchestrator = Create();
        (await orchestrator.Locks.AcquireAsync(File)).Dispose();

        Assert.Empty(_measured);
        Assert.Empty(_spans);
    }

    [Fact]
    public async Task Waits_AreSpans()
    {
        await using var orchestrator = Create();
        using var parent = new Activity("caller").Start();
        var held = await orchestrator.Locks.AcquireAsync(File);
        var granted = orchestrator.Locks.AcquireAsync(File).AsTask();
        var late = orchestrator.Locks.AcquireAsync(File, TimeSpan.FromSeconds(2)).AsTask();
        Assert.Same(parent, Activity.Current);

        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Hang));
        held.Dispose();
        (await granted.WaitAsync(Hang)).Dispose();

        var spans = _spans.ToArray();
        Assert.All(spans, span => Assert.Equal((parent.SpanId, "acquire_lock file"), (span.ParentSpanId, span.DisplayName)));
        Assert.Equal([("timeout", ActivityStatusCode.Error), ("granted", ActivityStatusCode.Unset)], spans.Select(static span => ((string)span.GetTagItem("agent_orchestration.lock.outcome")!, span.Status)));
        AssertNoContent();
    }

    [Fact]
    public async Task BrokenListeners_HarmNobody()
    {
        using var broken = new MeterListener { InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "AgentOrchestration")
                listener.EnableMeasurementEvents(instrument);
        } };
        broken.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("broken"));
        broken.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("broken"));
        broken.Start();
        await using var orchestrator = Create(LockEventLevel.All);
        var held = await orchestrator.Locks.AcquireAsync(File with { Lease = TimeSpan.FromSeconds(1) });
        var next = orchestrator.Locks.AcquireAsync(File).AsTask();

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.False(held.IsHeld);
        (await next.WaitAsync(Hang)).Dispose();
    }

    private IAgentOrchestrator Create(LockEventLevel level = LockEventLevel.Contended)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new Logs(_logged)));
        services.AddAgentOrchestration(_name, options =>
        {
            options.TimeProvider = _time;
            options.LockEvents = level;
        });

        // Not disposed: it holds nothing but the orchestrator, which the test disposes.
        return services.BuildServiceProvider().GetRequiredKeyedService<IAgentOrchestrator>(_name);
    }

    private void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : struct
    {
        var text = string.Concat(tags.ToArray().OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $" {tag.Key.Split('.')[^1]}={tag.Value}"));
        _measured.Enqueue(FormattableString.Invariant($"{instrument.Name["agent_orchestration.".Length..]} {value}{text}"));
    }

    private void AssertNoContent()
    {
        Assert.DoesNotContain(_measured, static line => line.Contains(Secret, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(_logged, static line => line.Text.Contains(Secret, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(_spans, static span => span.DisplayName.Contains(Secret, StringComparison.OrdinalIgnoreCase) || span.TagObjects.Any(static tag => $"{tag.Value}".Contains(Secret, StringComparison.OrdinalIgnoreCase)));
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
