using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class LockTelemetryTests : IDisposable
{
    private const string Secret = "canary-4711";
    private static readonly ResourceRequest File = new(ResourceKey.File($"/tmp/{Secret}"));
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private readonly SimulatedTime _time = new();
    private readonly TelemetryRecorder _telemetry = new("lock");

    public void Dispose() => _telemetry.Dispose();

    [Fact]
    public async Task Waits_AreMeasured_WithKindModeAndOutcome()
    {
        await using var orchestrator = Create();
        var held = await orchestrator.Locks.AcquireAsync(File);
        var granted = orchestrator.Locks.AcquireAsync(File).AsTask();
        var late = orchestrator.Locks.AcquireAsync(File with { Mode = ResourceMode.Shared }, TimeSpan.FromSeconds(2)).AsTask();
        using var cancel = new CancellationTokenSource();
        var cancelled = orchestrator.Locks.AcquireAsync(File, cancellationToken: cancel.Token).AsTask();
        _telemetry.Read();
        Assert.Contains("lock.held 1 kind=file mode=exclusive", _telemetry.Measured);
        Assert.Contains("lock.waiting 2 kind=file mode=exclusive", _telemetry.Measured);
        Assert.Contains("lock.waiting 1 kind=file mode=shared", _telemetry.Measured);
        Assert.Contains("lock.waits 2 kind=file mode=exclusive", _telemetry.Measured);
        Assert.Contains("lock.waits 1 kind=file mode=shared", _telemetry.Measured);

        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Hang));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Hang));
        _time.Advance(TimeSpan.FromSeconds(3));
        held.Dispose();
        (await granted.WaitAsync(Hang)).Dispose();

        Assert.Equal(
            ["lock.wait 2 kind=file mode=exclusive outcome=cancelled", "lock.wait 2 kind=file mode=shared outcome=timeout", "lock.wait 5 kind=file mode=exclusive outcome=granted"],
            _telemetry.Measured.Where(static line => line.StartsWith("lock.wait ", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        _telemetry.AssertNowhere(Secret);
        _telemetry.Measured.Clear();
        _telemetry.Read();
        Assert.Equal(["lock.waits 1 kind=file mode=shared", "lock.waits 2 kind=file mode=exclusive"], _telemetry.Measured.Order(StringComparer.Ordinal));
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

        Assert.Single(_telemetry.Measured, "deadlocks.refused 1");
        var (id, level, text) = Assert.Single(_telemetry.Logged);
        Assert.Equal((11, LogLevel.Warning), (id, level));
        Assert.Equal("A wait of 'other' (host) was refused: it would have closed a circle of 2 that wait for each other.", text);
        second.Dispose();
        (await waiting.WaitAsync(Hang)).Dispose();
        first.Dispose();
        _telemetry.AssertNowhere(Secret);
    }

    [Fact]
    public async Task LostLocks_AreCountedAndLogged()
    {
        await using var orchestrator = Create();
        await orchestrator.Locks.AcquireAsync(File with { Lease = TimeSpan.FromSeconds(1) });

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(["lock.lost 1 kind=file loss=lease_expired mode=exclusive"], _telemetry.Measured);
        var (id, level, text) = Assert.Single(_telemetry.Logged);
        Assert.Equal((12, LogLevel.Warning), (id, level));
        Assert.Equal("A lock on a resource of kind 'file' was taken away from 'host' (host): lease_expired.", text);
        _telemetry.AssertNowhere(Secret);
    }

    [Fact]
    public async Task HoldTimes_AreMeasuredWhereAllLocksRaiseEvents()
    {
        await using var orchestrator = Create(LockEventLevel.All);
        var guard = await orchestrator.Locks.AcquireAsync(File);
        _time.Advance(TimeSpan.FromSeconds(4));
        guard.Dispose();

        Assert.Equal(["lock.hold 4 kind=file mode=exclusive"], _telemetry.Measured);
    }

    [Fact]
    public async Task UncontendedLocks_AreNotMeasuredOtherwise()
    {
        await using var orchestrator = Create();
        (await orchestrator.Locks.AcquireAsync(File)).Dispose();

        Assert.Empty(_telemetry.Measured);
        Assert.Empty(_telemetry.Spans);
    }

    [Fact]
    public async Task Waits_AreSpans()
    {
        await using var orchestrator = Create();
        var held = await orchestrator.Locks.AcquireAsync(File);
        var granted = orchestrator.Locks.AcquireAsync(File).AsTask();
        var late = orchestrator.Locks.AcquireAsync(File, TimeSpan.FromSeconds(2)).AsTask();
        Assert.Same(_telemetry.Root, Activity.Current);

        _time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Hang));
        held.Dispose();
        (await granted.WaitAsync(Hang)).Dispose();

        var spans = _telemetry.Spans.ToArray();
        Assert.All(spans, span => Assert.Equal((_telemetry.Root.SpanId, "acquire_lock file"), (span.ParentSpanId, span.DisplayName)));
        Assert.Equal([("timeout", ActivityStatusCode.Error), ("granted", ActivityStatusCode.Unset)], spans.Select(static span => ((string)span.GetTagItem("agent_orchestration.lock.outcome")!, span.Status)));
        _telemetry.AssertNowhere(Secret);
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

    private IAgentOrchestrator Create(LockEventLevel level = LockEventLevel.Contended) => _telemetry.Create(options =>
    {
        options.TimeProvider = _time;
        options.LockEvents = level;
    });
}
