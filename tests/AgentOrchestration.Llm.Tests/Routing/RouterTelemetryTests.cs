using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AgentOrchestration.Llm.Tests.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Llm.Tests.Routing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class RouterTelemetryTests : IDisposable
{
    private readonly ConcurrentQueue<string> _measured = [];
    private readonly MeterListener _meters = new();
    private readonly FakeLoggerProvider _log = new();
    private readonly string _name = Guid.NewGuid().ToString("N");

    public RouterTelemetryTests()
    {
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "AgentOrchestration" && instrument.Meter.Tags?.Any(tag => tag is { Key: "agent_orchestration.name", Value: string value } && value == _name) == true)
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<int>(Note);
        _meters.SetMeasurementEventCallback<long>(Note);
        _meters.SetMeasurementEventCallback<double>(Note);
        _meters.Start();
    }

    public void Dispose()
    {
        _meters.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task Calls_AreMeasured_ByClientPurposeAndOutcome()
    {
        var fates = new Queue<Exception?>([FakeModel.Status(500), FakeModel.Status(429), null, FakeModel.Status(400)]);
        var model = new FakeModel { Answer = (_, _) => fates.Dequeue() is { } failure ? Task.FromException<string>(failure) : Task.FromResult("x") };
        using var world = World(options => options.AddClient("a", model, client => client.Weight = 10).AddClient("b", new FakeModel { Answer = SlowlyAsync }));

        async Task<string> SlowlyAsync(int call, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), _time!, cancellationToken);
            return "slow";
        }

        _time = world.Time;
        await world.EndAsync(world.AskAsync(LlmPurpose.Judge));
        await world.EndAsync(world.AskAsync());
        await world.Time.RunForAsync(TimeSpan.FromSeconds(1));
        await world.EndAsync(world.AskAsync());
        await world.FailureAsync(world.AskAsync());

        Assert.Equal(
            [
                "call.duration 0 client=a purpose=judge outcome=unavailable", "failovers 1 client=a", "call.duration 2 client=b purpose=judge outcome=answered",
                "call.duration 0 client=a purpose=act outcome=throttled", "call.duration 2 client=b purpose=act outcome=answered",
                "call.duration 0 client=a purpose=act outcome=answered", "call.duration 0 client=a purpose=act outcome=rejected",
            ],
            _measured);
    }

    [Fact]
    public async Task Waits_AreMeasured_ByOutcome()
    {
        var model = new FakeModel();
        using var world = World(options => options.AddClient("a", model, client => client.MaxConcurrentCalls = 1));
        var first = world.AskAsync();
        var second = world.AskAsync();
        using var cancel = new CancellationTokenSource();
        var third = world.AskAsync(LlmPurpose.Plan, cancellationToken: cancel.Token);

        _meters.RecordObservableInstruments();
        Assert.Equal(["calls.in_flight 1 client=a", "calls.limit 1 client=a", "calls.waiting 2", "circuit 0 client=a"], _measured.Order());
        _measured.Clear();
        await world.Time.RunForAsync(TimeSpan.FromSeconds(3));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third.WaitAsync(RouterWorld.Hang));
        (await model.NextAsync()).Say("x");
        (await model.NextAsync()).Say("x");
        await world.EndAsync(Task.WhenAll(first, second));

        Assert.Equal(["call.wait 3 purpose=act outcome=granted", "call.wait 3 purpose=plan outcome=cancelled"], _measured.Where(static text => text.StartsWith("call.wait", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Refusals_AreLogged_OnceForABurst()
    {
        var model = new FakeModel();
        using var world = World(options => options.AddClient("a", model, client => client.MaxConcurrentCalls = 4));
        var calls = Enumerable.Range(0, 4).Select(_ => world.AskAsync()).ToArray();

        for (var i = 0; i < 4; i++)
            (await model.NextAsync()).Fail(FakeModel.Status(429));
        await world.Time.SettleAsync();
        var log = _log.Collector.GetSnapshot();
        await world.Time.RunForAsync(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 4; i++)
            (await model.NextAsync()).Say("x");
        await world.EndAsync(Task.WhenAll(calls));

        var entry = Assert.Single(log);
        Assert.Equal((101, LogLevel.Information, "AgentOrchestration"), (entry.Id.Id, entry.Level, entry.Category));
        Assert.Equal("Client 'a' asked to be called later (HTTP 429): not for 00:00:01, and with at most 2 calls at the same time after that.", entry.Message);
    }

    [Fact]
    public async Task FailuresAndCircuits_AreLogged_WithoutContent()
    {
        var fails = true;
        var model = new FakeModel { Answer = (_, _) => fails ? Task.FromException<string>(FakeModel.Status(500)) : Task.FromResult("x") };
        using var world = World(options => options.AddClient("a", model, client => client.CircuitMinimumCalls = 2));
        for (var i = 0; i < 2; i++)
            await Assert.ThrowsAsync<LlmCallException>(() => world.AskAsync());
        fails = false;
        _meters.RecordObservableInstruments();
        Assert.Contains("circuit 2 client=a", _measured);

        await world.EndAsync(world.AskAsync());

        Assert.Equal([(102, LogLevel.Warning), (103, LogLevel.Warning), (102, LogLevel.Warning), (104, LogLevel.Information)], _log.Collector.GetSnapshot().Select(entry => (entry.Id.Id, entry.Level)));
        Assert.Equal("A call of client 'a' failed with HttpRequestException (HTTP 500).", _log.Collector.GetSnapshot()[0].Message);
        Assert.DoesNotContain("canary", string.Join(' ', _log.Collector.GetSnapshot().Select(entry => $"{entry.Message} {entry.Exception}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrokenListener_HarmsNoCall()
    {
        using var broken = new MeterListener { InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument) };
        broken.SetMeasurementEventCallback<double>((instrument, _, _, _) =>
        {
            if (instrument.Meter.Tags?.Any(tag => tag.Value is string value && value == _name) == true)
                throw new FormatException();
        });
        broken.Start();
        using var world = World(options => options.AddClient("a", FakeModel.Saying("x")));

        Assert.Equal("x", await world.AskAsync());
    }

    private TimeProvider? _time;

    private RouterWorld World(Action<LlmOptions> configure) => new(configure, _log, _name);

    private void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        where T : struct
    {
        var text = $"{instrument.Name["agent_orchestration.llm.".Length..]} {value}";
        foreach (var tag in tags)
            text += $" {tag.Key["agent_orchestration.llm.".Length..]}={tag.Value}";
        _measured.Enqueue(text);
    }
}
