using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>Activities of one agent: the slot goes back only when all of them wait; each has one open wait at a time; a context ends with its attempt.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class ActivityTests
{
    [Fact]
    public async Task RunConcurrentlyAsync_GivesTheSlotBack_OnlyWhenEveryActivityWaits()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => await context.RunConcurrentlyAsync(
        [
            async (fork, ct) => await fork.ReceiveAsync(),
            async (fork, ct) =>
            {
                await gate.PassAsync(ct);
                await fork.ReceiveAsync();
            },
        ])));
        var other = await world.SpawnAsync(new ScriptedAgent());
        await world.SettleAsync();
        Assert.Equal((AgentState.Running, AgentState.Idle), (world.State(handle), world.State(other)));

        gate.Open();
        await world.EndAsync(other);
        Assert.Equal(AgentState.Waiting, world.State(handle));

        await world.Orchestrator.SendAsync(handle.Id, "one");
        await world.SettleAsync();
        Assert.Equal((AgentState.Waiting, AgentWaitKind.Message), (world.State(handle), world.Status(handle).WaitingFor!.Kind));
        await world.Orchestrator.SendAsync(handle.Id, "two");
        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
    }

    [Fact]
    public async Task RunConcurrentlyAsync_AwaitsAll_AndThrowsTheFirstException()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var ended = 0;
        Exception? thrown = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => thrown = await Record.ExceptionAsync(async () => await context.RunConcurrentlyAsync(
        [
            async (_, ct) =>
            {
                await gate.PassAsync(ct);
                ended++;
                throw new FormatException("second");
            },
            (_, _) => throw new InvalidOperationException("first"),
        ]))));
        await world.SettleAsync();
        Assert.Null(thrown);
        gate.Open();
        await world.EndAsync(handle);

        Assert.IsType<InvalidOperationException>(thrown);
        Assert.Equal(1, ended);
    }

    [Fact]
    public async Task RunConcurrentlyAsync_Nested_AndEmpty_Work()
    {
        await using var world = new World(capacity: 1);
        var count = 0;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) =>
        {
            await context.RunConcurrentlyAsync([]);
            await context.RunConcurrentlyAsync(
            [
                async (outer, _) => await outer.RunConcurrentlyAsync([async (inner, _) => { await inner.ReceiveAsync(); Interlocked.Increment(ref count); }, async (inner, _) => { await inner.ReceiveAsync(); Interlocked.Increment(ref count); }]),
                async (outer, _) => { await outer.ReceiveAsync(); Interlocked.Increment(ref count); },
            ]);
            await context.ReceiveAsync();
        }));
        await world.SettleAsync();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(AgentState.Waiting, world.State(handle));
            Assert.Equal(0, world.Orchestrator.Scheduler.Count().SlotsHeld);
            await world.Orchestrator.SendAsync(handle.Id, "next");
            await world.SettleAsync();
        }

        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
        Assert.Equal(3, count);
    }

    [Fact]
    public async Task SecondWaitOfOneActivity_Throws_NamingRunConcurrentlyAsync()
    {
        await using var world = new World();
        var thrown = new List<Exception?>();
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) =>
        {
            var first = context.ReceiveAsync();
            thrown.Add(await Record.ExceptionAsync(async () => await context.ReceiveAsync()));
            thrown.Add(await Record.ExceptionAsync(async () => await context.RequestApprovalAsync("x")));
            thrown.Add(await Record.ExceptionAsync(async () => await context.RunConcurrentlyAsync([(_, _) => Task.CompletedTask])));
            thrown.Add(await Record.ExceptionAsync(async () => await context.WaitForAsync(await context.SpawnAsync("c", new ScriptedAgent().Receive()))));
            await first;
        }));
        await world.SettleAsync();
        Assert.Empty(world.Orchestrator.ListApprovals());
        await world.Orchestrator.SendAsync(handle.Id, "go on");

        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
        Assert.Equal(4, thrown.Count);
        Assert.All(thrown, exception => Assert.Contains("RunConcurrentlyAsync", Assert.IsType<InvalidOperationException>(exception).Message));
    }

    [Fact]
    public async Task SecondWait_WhileTheFirstLacksOnlyASlot_ThrowsToo()
    {
        await using var world = new World(capacity: 1);
        var (gate, other) = (new AgentGate(), new AgentGate());
        Exception? thrown = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) =>
        {
            var first = context.ReceiveAsync();
            await gate.PassAsync(ct);
            thrown = await Record.ExceptionAsync(async () => await context.ReceiveAsync());
            await first;
        }));
        await world.SettleAsync();
        var blocker = await world.SpawnAsync(new ScriptedAgent().Pass(other));
        await world.SettleAsync();
        await world.Orchestrator.SendAsync(handle.Id, "go on");
        await world.SettleAsync();
        gate.Open();
        await world.SettleAsync();

        Assert.IsType<InvalidOperationException>(thrown);
        other.Open();
        await world.EndAllAsync(handle, blocker);
    }

    [Fact]
    public async Task ParentContext_WithinItsActivities_Throws()
    {
        await using var world = new World();
        Exception? thrown = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => await context.RunConcurrentlyAsync(
            [async (_, _) => thrown = await Record.ExceptionAsync(async () => await context.ReceiveAsync())])));

        await world.EndAsync(handle);

        Assert.Contains("RunConcurrentlyAsync", Assert.IsType<InvalidOperationException>(thrown).Message);
    }

    [Fact]
    public async Task SiblingActivities_ExcludeEachOther_AndMayReenterWhatWasHeldWhereTheyForked()
    {
        await using var world = new World(capacity: 1);
        var inside = 0;
        var most = 0;
        var handle = await world.SpawnAsync(new ScriptedAgent().Acquire("outer").Do(async (context, _) => await context.RunConcurrentlyAsync(
            [.. Enumerable.Range(0, 4).Select(_ => (Func<AgentContext, CancellationToken, Task>)(async (fork, ct) =>
            {
                await using var reentered = await fork.Locks.AcquireAsync(ResourceRequest.Exclusive("inner"), cancellationToken: ct);
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Delay(TimeSpan.FromSeconds(1), fork.Time, ct);
                Interlocked.Decrement(ref inside);
                Assert.True(fork.Locks.TryAcquire(ResourceRequest.Exclusive("outer"), out var outer, out var conflict) || conflict.Key.Name == "outer");
                outer.Dispose();
            }))])));

        var result = await world.EndAsync(handle);

        Assert.Null(result.Error);
        Assert.Equal((1, 4d), (most, result.Duration.TotalSeconds));
    }

    [Fact]
    public async Task ContextAfterItsAttempt_Throws_ExceptForPlainProperties()
    {
        await using var world = new World(configure: options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("x")));
        AgentContext context = null!;
        var goal = new AgentGoal("x") { SuccessCriteria = ["a"], Retry = new() { MaxAttempts = 2 } };
        var handle = await world.SpawnAsync(goal, new ScriptedAgent().Do(given =>
        {
            if (given.Attempt == 1)
            {
                context = given;
                throw new InvalidOperationException();
            }
        }).Receive());
        await world.AdvanceAsync(10);

        // The agent lives in its second attempt; the context of the first is dead.
        Assert.Equal((handle.Id, 1, goal), (context.Id, context.Attempt, context.Goal));
        Assert.Same(world.Time, context.Time);
        var calls = new Func<Task>[]
        {
            () => Task.Run(() => context.Report("x")),
            () => Task.Run(() => context.Output("x")),
            () => Task.Run(() => context.ReportCriterion(0, CriterionVerdict.Met)),
            () => Task.Run(context.SignalAlive),
            () => Task.Run(() => context.TryReceive(out var message)),
            () => Task.Run(() => context.Services),
            async () => await context.PausePointAsync(),
            async () => await context.ReceiveAsync(),
            async () => await context.SpawnAsync("y"),
            async () => await context.WaitForAllAsync([]),
            async () => await context.RunConcurrentlyAsync([]),
            async () => await context.RequestApprovalAsync("x"),
            async () => await context.SaveCheckpointAsync(1),
            async () => await context.LoadCheckpointAsync<int>(),
            async () => await context.Locks.AcquireAsync(ResourceRequest.Exclusive("r")),
        };
        for (var i = 0; i < calls.Length; i++)
        {
            var exception = await Record.ExceptionAsync(calls[i]);
            Assert.True(exception is InvalidOperationException && exception.Message.Contains("ended", StringComparison.Ordinal), $"Call {i}: {exception}");
        }

        Assert.Equal((2, AgentState.Waiting), (world.Status(handle).Attempt, world.State(handle)));
        await world.Orchestrator.SendAsync(handle.Id, "end");
        await world.EndAsync(handle);
    }

    [Fact]
    public async Task BadArguments_Throw_AndHarmNobody()
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new AgentGoal("x") { SuccessCriteria = ["a"] }, new ScriptedAgent().Do(async (context, _) =>
        {
            Assert.Throws<ArgumentNullException>(() => context.Report(null!));
            Assert.Throws<ArgumentOutOfRangeException>(() => context.Report("x", 101));
            Assert.Throws<ArgumentOutOfRangeException>(() => context.Report("x", -1));
            Assert.Throws<ArgumentNullException>(() => context.Output(null!));
            Assert.Throws<ArgumentOutOfRangeException>(() => context.ReportCriterion(1, CriterionVerdict.Met));
            await Assert.ThrowsAsync<ArgumentNullException>(async () => await context.RunConcurrentlyAsync(null!));
            await Assert.ThrowsAsync<ArgumentNullException>(async () => await context.RunConcurrentlyAsync([null!]));
            await Assert.ThrowsAsync<ArgumentException>(async () => await context.WaitForAnyAsync([]));
            await Assert.ThrowsAsync<ArgumentException>(async () => await context.WaitForAsync(default));
            await Assert.ThrowsAsync<ArgumentException>(async () => await context.RequestApprovalAsync(" "));
            await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await context.RequestApprovalAsync("x", TimeSpan.Zero));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await world.Orchestrator.WaitAllAsync());
        }));

        Assert.Null((await world.EndAsync(handle)).Error);
    }

    [Fact]
    public async Task Report_KeepsTheLastPercent_AndIsInTheStatus()
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new ScriptedAgent().Report("a", 40).Report("b").Receive());
        await world.SettleAsync();

        Assert.Equal(("b", 40), (world.Status(handle).CurrentStep, world.Status(handle).Progress));
        await world.Orchestrator.SendAsync(handle.Id, "end");
        await world.EndAsync(handle);
        Assert.Equal(("b", 100), (world.Status(handle).CurrentStep, world.Status(handle).Progress));
    }
}
