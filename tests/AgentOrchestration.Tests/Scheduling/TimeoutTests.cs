using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>INV-19: the deadline bounds everything; each timeout has its own code; attempt and idle do not tick while waiting.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class TimeoutTests
{
    [Theory]
    [InlineData("running")]
    [InlineData("waiting")]
    [InlineData("paused")]
    [InlineData("retrying")]
    [InlineData("queued")]
    [InlineData("group")]
    public async Task INV19_Deadline_EndsTheAgentWhereverItIs(string where)
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var blocker = where is "queued" or "group" ? await world.SpawnAsync(new AgentGoal("x") { ConcurrencyGroup = "g" }, new ScriptedAgent().Pass(gate)) : null;
        var agent = where switch
        {
            "running" => new ScriptedAgent().Pass(gate),
            "retrying" => new ScriptedAgent().Throw(new InvalidOperationException()),
            _ => new ScriptedAgent().Receive(),
        };
        var handle = await world.SpawnAsync(
            new AgentGoal("x")
            {
                Deadline = world.Time.GetUtcNow().AddSeconds(100),
                Retry = new() { MaxAttempts = 1000, InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) },
                ConcurrencyGroup = where == "group" ? "g" : null,
            },
            agent);
        await world.SettleAsync();
        if (where == "paused")
        {
            Assert.True(await world.Orchestrator.PauseAsync(handle.Id));
        }

        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.DeadlineExceeded, TimeSpan.FromSeconds(100)), (result.State, result.Error?.Code, result.Duration));
        Assert.False(await world.Orchestrator.CancelAsync(handle.Id));
        gate.Open();
        if (blocker is not null)
        {
            await world.EndAsync(blocker);
        }
    }

    [Fact]
    public async Task INV19_DeadlineThatHasPassed_FailsWithItsCode()
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new AgentGoal("x") { Deadline = world.Time.GetUtcNow().AddDays(-1) }, new ScriptedAgent().Receive());

        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.DeadlineExceeded), (result.State, result.Error?.Code));
        Assert.Equal(0, result.Attempts);
    }

    [Fact]
    public async Task INV19_FarDeadlineAndTimeouts_DoNotOverflow()
    {
        await using var world = new World(configure: options => options.StallThreshold = TimeSpan.FromDays(1));
        var handle = await world.SpawnAsync(
            new AgentGoal("x") { Deadline = DateTimeOffset.MaxValue, Timeouts = new() { Queue = TimeSpan.MaxValue, Attempt = TimeSpan.MaxValue, Idle = TimeSpan.MaxValue } },
            new ScriptedAgent().Delay(TimeSpan.FromDays(40)));

        var result = await world.Time.RunUntilAsync(handle.Completion, TimeSpan.FromDays(60));

        Assert.Equal(AgentState.Completed, result.State);
    }

    [Fact]
    public async Task INV19_DeadlineBeyondTheLongestTimer_HoldsToo()
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new AgentGoal("x") { Deadline = world.Time.GetUtcNow().AddDays(120) }, new ScriptedAgent().Receive());

        var result = await world.Time.RunUntilAsync(handle.Completion, TimeSpan.FromDays(200));

        Assert.Equal((TimeSpan.FromDays(120), AgentErrorCodes.DeadlineExceeded), (result.Duration, result.Error?.Code));
    }

    [Fact]
    public async Task INV19_QueueTimeout_CountsFromAcceptanceToTheFirstStart()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var running = await world.SpawnAsync(new AgentGoal("x") { Timeouts = new() { Queue = TimeSpan.FromSeconds(10) } }, new ScriptedAgent().Pass(gate));
        var queued = await world.SpawnAsync(new AgentGoal("x") { Timeouts = new() { Queue = TimeSpan.FromSeconds(10) }, Retry = new() { MaxAttempts = 3 } }, new ScriptedAgent());
        var paused = await world.SpawnAsync(new AgentGoal("x") { Timeouts = new() { Queue = TimeSpan.FromSeconds(20) } }, new ScriptedAgent());
        await world.Orchestrator.PauseAsync(paused.Id);
        await world.AdvanceAsync(60);

        Assert.Equal([AgentState.Running, AgentState.Failed, AgentState.Failed], new[] { running, queued, paused }.Select(world.State));
        var results = await world.EndAllAsync(queued, paused);
        Assert.All(results, result => Assert.Equal((AgentErrorCodes.QueueTimeout, 0), (result.Error!.Code, result.Attempts)));
        Assert.Equal([10, 20], results.Select(result => result.Duration.TotalSeconds));
        gate.Open();
        Assert.Equal(AgentState.Completed, (await world.EndAsync(running)).State);
    }

    [Fact]
    public async Task INV19_AttemptTimeout_DoesNotTickWhileWaitingOrPaused()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(
            new AgentGoal("x") { Timeouts = new() { Attempt = TimeSpan.FromSeconds(10) } },
            new ScriptedAgent().Delay(TimeSpan.FromSeconds(4)).Receive().Delay(TimeSpan.FromSeconds(4)).PausePoint().Pass(gate));
        await world.AdvanceAsync(1000);
        Assert.Equal(AgentState.Waiting, world.State(handle));
        await world.Orchestrator.SendAsync(handle.Id, "go on");
        await world.SettleAsync();
        var pausing = world.Orchestrator.PauseAsync(handle.Id);
        await world.AdvanceAsync(4);
        Assert.True(await pausing.WaitAsync(World.Hang));
        await world.AdvanceAsync(1000);
        await world.Orchestrator.ResumeAsync(handle.Id);
        await world.AdvanceAsync(1.9);
        Assert.Equal(AgentState.Running, world.State(handle));

        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.AttemptTimeout), (result.State, result.Error?.Code));
        Assert.Equal(2006, result.Duration.TotalSeconds);
    }

    [Fact]
    public async Task INV19_IdleTimeout_IsResetBySignsOfLife_AndDoesNotTickWhileWaiting()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var script = new ScriptedAgent();
        for (var i = 0; i < 4; i++)
        {
            script = script.Delay(TimeSpan.FromSeconds(9));
            script = i switch { 0 => script.Report("x"), 1 => script.Output("x"), 2 => script.Do(context => context.SignalAlive()), _ => script.PausePoint() };
        }

        var handle = await world.SpawnAsync(new AgentGoal("x") { Timeouts = new() { Idle = TimeSpan.FromSeconds(10) } }, script.Receive().Pass(gate));
        await world.AdvanceAsync(500);
        Assert.Equal(AgentState.Waiting, world.State(handle));
        await world.Orchestrator.SendAsync(handle.Id, "go on");

        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.IdleTimeout, 510d), (result.State, result.Error?.Code, result.Duration.TotalSeconds));
    }

    [Fact]
    public async Task INV19_AttemptTimeout_IsRetried_AndEachAttemptHasItsOwn()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(
            new AgentGoal("x") { Timeouts = new() { Attempt = TimeSpan.FromSeconds(10) }, Retry = new() { MaxAttempts = 3, InitialDelay = TimeSpan.Zero } },
            new ScriptedAgent().Pass(gate));

        var result = await world.EndAsync(handle);

        Assert.Equal((3, AgentErrorCodes.AttemptTimeout, 30d), (result.Attempts, result.Error!.Code, result.Duration.TotalSeconds));
        Assert.All(world.Events.Events.OfType<AgentRetrying>(), e => Assert.Equal(AgentErrorCodes.AttemptTimeout, e.Error.Code));
    }

    [Fact]
    public async Task INV19_TheDeadlineDecides_EvenIfAnAttemptHasTimedOut()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(
            new AgentGoal("x")
            {
                Deadline = world.Time.GetUtcNow().AddSeconds(12),
                Timeouts = new() { Attempt = TimeSpan.FromSeconds(10) },
                Retry = new() { MaxAttempts = 3, InitialDelay = TimeSpan.Zero },
            },
            new ScriptedAgent().Ignore(gate));

        var result = await world.EndAsync(handle);

        Assert.Equal((1, AgentErrorCodes.DeadlineExceeded, true, 40d), (result.Attempts, result.Error!.Code, result.Detached, result.Duration.TotalSeconds));
        gate.Open();
    }

    [Fact]
    public async Task INV19_TimeoutOfAWaitThatTheAgentDoesNotHandle_HasACodeOfItsOwn()
    {
        await using var world = new World();
        var held = await world.Orchestrator.Locks.AcquireAsync(ResourceRequest.Exclusive("r"));

        var result = await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Acquire("r", TimeSpan.FromSeconds(7))));

        Assert.Equal((AgentErrorCodes.TimedOut, 7d), (result.Error!.Code, result.Duration.TotalSeconds));
        held.Dispose();
    }

    [Fact]
    public async Task SilentAgent_RaisesStalled_AgainAfterEachThreshold_AndNotWhileItWaits()
    {
        await using var world = new World(configure: options => options.StallThreshold = TimeSpan.FromSeconds(60));
        var gate = new AgentGate();
        var silent = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        var waiting = await world.SpawnAsync(new ScriptedAgent().Receive());
        var lively = await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) =>
        {
            for (var i = 0; i < 6; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(30), context.Time, ct);
                context.SignalAlive();
            }
        }));
        await world.AdvanceAsync(185);

        var stalls = world.Events.Events.OfType<AgentStalled>().ToList();
        Assert.All(stalls, e => Assert.Equal(silent.Id, e.AgentId));
        Assert.Equal([60, 120, 180], stalls.Select(e => e.Silence.TotalSeconds));
        gate.Open();
        await world.Orchestrator.SendAsync(waiting.Id, "end");
        await world.EndAllAsync(silent, waiting, lively);
    }
}
