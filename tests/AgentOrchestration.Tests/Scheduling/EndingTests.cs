using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>INV-16: exactly one terminal event for each agent, its last; <see cref="World"/> checks it at the end of every test. Law 1: the order of what a completion promises.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class EndingTests
{
    [Fact]
    public async Task INV16_Completion_FollowsGuardsStatusAndEvent()
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new ScriptedAgent().Acquire("r").Return("x"));
        var seen = handle.Completion.ContinueWith(
            _ => (world.Orchestrator.Scheduler.Locks.Count, world.State(handle)),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

        Assert.Equal((0, AgentState.Completed), await seen.WaitAsync(World.Hang));
        await world.EndAsync(handle);
        var last = world.Events.Of(handle.Id)[^1];
        Assert.Same(await handle.Completion, Assert.IsType<AgentCompleted>(last).Result);
    }

    [Theory]
    [InlineData("throws", AgentErrorCodes.AgentFailed)]
    [InlineData("throws at once", AgentErrorCodes.AgentFailed)]
    [InlineData("null", AgentErrorCodes.AgentFailed)]
    [InlineData("null task", AgentErrorCodes.AgentFailed)]
    [InlineData("own code", "rate_limited")]
    [InlineData("cancels itself", AgentErrorCodes.UnexpectedCancellation)]
    [InlineData("timeout", AgentErrorCodes.TimedOut)]
    public async Task INV16_WhateverTheAgentDoes_ItEndsOnce_WithItsCode(string what, string code)
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new Misbehaving(what));

        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Failed, code), (result.State, result.Error?.Code));
        Assert.Equal((AgentState.Failed, code), (world.State(handle), world.Status(handle).Error?.Code));
        Assert.Single(world.Events.Of(handle.Id), e => e.IsTerminal);
    }

    [Fact]
    public async Task INV16_Shutdown_EndsQueuedRunningWaitingAndPausedAgents()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var waiting = await world.SpawnAsync(new ScriptedAgent().Receive());
        var pausedOne = await world.SpawnAsync(new ScriptedAgent().Receive());
        await world.SettleAsync();
        await world.Orchestrator.PauseAsync(pausedOne.Id);
        var running = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        var queued = await world.SpawnAsync(new ScriptedAgent());
        await world.SettleAsync();

        await world.Time.RunUntilAsync(world.Orchestrator.DisposeAsync().AsTask());

        foreach (var handle in new[] { waiting, pausedOne, running, queued })
        {
            Assert.True(handle.Completion.IsCompletedSuccessfully);
            Assert.Equal(AgentState.Cancelled, world.State(handle));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => world.SpawnAsync(new ScriptedAgent()));
    }

    [Fact]
    public async Task Shutdown_LetsAgentsFinishForItsDrainPeriod_ThenCancels()
    {
        var start = default(DateTimeOffset);
        await using var world = new World(capacity: 2, options => options.ShutdownDrainPeriod = TimeSpan.FromSeconds(10));
        start = world.Time.GetUtcNow();
        var gate = new AgentGate();
        var shortOne = await world.SpawnAsync(new ScriptedAgent().Delay(TimeSpan.FromSeconds(9)).Return("made it"));
        var longOne = await world.SpawnAsync(new ScriptedAgent().Delay(TimeSpan.FromSeconds(11)));
        var deaf = await world.SpawnAsync(new ScriptedAgent().Ignore(gate));
        await world.SettleAsync();
        var disposing = world.Orchestrator.DisposeAsync().AsTask();

        await world.Time.RunUntilAsync(disposing);

        Assert.Equal(AgentState.Completed, (await shortOne.Completion).State);
        Assert.Equal((AgentState.Cancelled, 10d), ((await longOne.Completion).State, (await longOne.Completion).Duration.TotalSeconds));
        Assert.Equal((AgentState.Cancelled, 40d), ((await deaf.Completion).State, (world.Time.GetUtcNow() - start).TotalSeconds));
        gate.Open();
    }

    [Fact]
    public async Task DisposeAsync_SeveralTimesAndAtOnce_IsHarmless()
    {
        await using var world = new World();
        var gate = new AgentGate();
        await world.SpawnAsync(new ScriptedAgent().Pass(gate));

        var all = Enumerable.Range(0, 5).Select(_ => world.Orchestrator.DisposeAsync().AsTask()).ToArray();
        await world.Time.RunUntilAsync(Task.WhenAll(all));
        await world.Orchestrator.DisposeAsync();
    }

    [Fact]
    public async Task INV16_BrokenSubscriber_HarmsNobody()
    {
        await using var world = new World();
        var reading = Task.Run(async () =>
        {
            await foreach (var e in world.Orchestrator.Subscribe(new EventFilter { After = 0 }))
            {
                throw new FormatException(e.EventKind);
            }
        });

        var result = await world.EndAsync(await world.SpawnAsync(new ScriptedAgent()));

        Assert.Equal(AgentState.Completed, result.State);
        await Assert.ThrowsAsync<FormatException>(() => reading);
    }

    [Fact]
    public async Task INV16_BrokenLogMeterAndSpanListeners_HarmNobody()
    {
        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "AgentOrchestration",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = _ => throw new InvalidOperationException("broken span listener"),
            ActivityStopped = _ => throw new InvalidOperationException("broken span listener"),
        };
        ActivitySource.AddActivityListener(spans);
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "AgentOrchestration")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        } };
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("broken meter listener"));
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException("broken meter listener"));
        meters.Start();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(new BrokenLogs()).SetMinimumLevel(LogLevel.Trace));
        services.AddAgentOrchestration().AddAgent("default", async (context, ct) =>
        {
            await Task.Yield();
            return context.Goal.Description == "fail" ? throw new InvalidOperationException() : "x";
        });
        await using var provider = services.BuildServiceProvider();
        var orchestrator = provider.GetRequiredService<IAgentOrchestrator>();

        var good = await (await orchestrator.SpawnAsync("succeed")).Completion.WaitAsync(TimeSpan.FromSeconds(20));
        var bad = await (await orchestrator.SpawnAsync("fail")).Completion.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal([AgentState.Completed, AgentState.Failed], new[] { good.State, bad.State });
    }

    [Fact]
    public async Task AbandonedWait_FailsTheAttempt()
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(context => { _ = context.ReceiveAsync().AsTask(); }));

        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.AgentFailed), (result.State, result.Error!.Code));
        Assert.Contains("await", result.Error.Message);
    }

    [Fact]
    public async Task AbandonedWaitThatIsOver_AndOnlyLacksASlot_FailsTheAttemptToo()
    {
        await using var world = new World(capacity: 1);
        var (gate, other) = (new AgentGate(), new AgentGate());
        var handle = await world.SpawnAsync(new ScriptedAgent().Do((context, ct) =>
        {
            _ = context.ReceiveAsync().AsTask();
            return gate.PassAsync(ct);
        }));
        await world.SettleAsync();
        var blocker = await world.SpawnAsync(new ScriptedAgent().Pass(other));
        await world.SettleAsync();
        await world.Orchestrator.SendAsync(handle.Id, "over");
        await world.SettleAsync();
        gate.Open();

        var result = await world.EndAsync(handle);

        Assert.Equal(AgentState.Failed, result.State);
        other.Open();
        await world.EndAsync(blocker);
    }

    [Fact]
    public async Task AbandonedWaitOfAForkedActivity_FailsTheAttempt()
    {
        await using var world = new World(capacity: 1);
        var other = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => await context.RunConcurrentlyAsync(
        [
            (fork, _) =>
            {
                var abandoned = fork.ReceiveAsync().AsTask();
                return Task.CompletedTask;
            },
        ])));

        var result = await world.EndAsync(handle);

        Assert.Equal(AgentState.Failed, result.State);
        await world.EndAsync(await world.SpawnAsync(new ScriptedAgent()));
    }

    [Fact]
    public async Task AbandonedActivities_FailTheAttempt_AndAreAwaited()
    {
        await using var world = new World();
        var ended = false;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(context =>
        {
            _ = context.RunConcurrentlyAsync([async (fork, _) =>
            {
                try
                {
                    await fork.ReceiveAsync();
                }
                finally
                {
                    ended = true;
                }
            }]).AsTask();
        }));

        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Failed, true), (result.State, ended));
    }

    [Fact]
    public async Task Parent_CancelsAndAwaitsChildrenItDidNotWaitFor()
    {
        await using var world = new World(capacity: 1);
        var handle = await world.SpawnAsync(new ScriptedAgent().Spawn(new AgentGoal("c") { Name = "child" }, new ScriptedAgent().Delay(TimeSpan.FromDays(3))).Do(async (_, _) => await Task.Yield()).Return("done"));

        var result = await world.EndAsync(handle);

        Assert.Equal(("done", AgentState.Completed), (result.Output!.Text, result.State));
        Assert.Equal(["child", "default"], world.NamesOf(world.Events.Events.Where(e => e.IsTerminal)));
    }

    private sealed class Misbehaving(string what) : IAgent
    {
        public Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken) => what switch
        {
            "throws at once" => throw new InvalidOperationException("at once"),
            "null task" => Nothing(),
            _ => RunSlowlyAsync(),
        };

        private static Task<AgentOutput> Nothing()
        {
            Task<AgentOutput>? nothing = null;
            return nothing!;
        }

        private async Task<AgentOutput> RunSlowlyAsync()
        {
            await Task.Yield();
            return what switch
            {
                "throws" => throw new InvalidOperationException("later"),
                "own code" => throw new AgentFailureException("rate_limited", "try later"),
                "cancels itself" => throw new OperationCanceledException(),
                "timeout" => throw new TimeoutException(),
                _ => null!,
            };
        }
    }

    private sealed class BrokenLogs : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Fail();

        private static void Fail() => throw new InvalidOperationException("broken log");

        public void Dispose()
        {
        }
    }
}
