using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>INV-21: a paused agent starts no new step and holds no slot; pause then cancel ends.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class PauseTests
{
    [Fact]
    public async Task INV21_RunningAgent_PausesAtItsNextPausePoint_WithoutASlot()
    {
        await using var world = new World(capacity: 1);
        var (before, after, other) = (new AgentGate(), new AgentGate(), new AgentGate());
        after.Open();
        var handle = await world.SpawnAsync(new ScriptedAgent().Pass(before).PausePoint().Pass(after));
        var next = await world.SpawnAsync(new ScriptedAgent().Pass(other));
        await world.SettleAsync();

        var paused = world.Orchestrator.PauseAsync(handle.Id);
        await world.SettleAsync();
        Assert.False(paused.IsCompleted);
        before.Open();

        Assert.True(await paused.WaitAsync(World.Hang));
        await world.SettleAsync();
        Assert.Equal((AgentState.Paused, AgentWaitKind.Resume), (world.State(handle), world.Status(handle).WaitingFor!.Kind));
        Assert.Equal(AgentState.Running, world.State(next));
        Assert.Equal(0, after.Arrivals);

        Assert.True(await world.Orchestrator.ResumeAsync(handle.Id));
        await world.SettleAsync();
        Assert.Equal((AgentState.Waiting, AgentWaitKind.Slot), (world.State(handle), world.Status(handle).WaitingFor!.Kind));
        other.Open();
        await world.EndAllAsync(handle, next);
        Assert.Equal(1, after.Arrivals);
    }

    [Fact]
    public async Task INV21_QueuedAgent_PausesAtOnce_AndReturnsToItsOldPlace()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var running = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        var handles = new List<AgentHandle>();
        foreach (var name in new[] { "a", "b", "c" })
        {
            handles.Add(await world.SpawnAsync(new AgentGoal("x") { Name = name }, new ScriptedAgent()));
        }

        Assert.True(await world.Orchestrator.PauseAsync(handles[0].Id));
        Assert.True(await world.Orchestrator.PauseAsync(handles[0].Id));
        Assert.Equal(AgentState.Paused, world.State(handles[0]));
        Assert.True(await world.Orchestrator.ResumeAsync(handles[0].Id));
        Assert.Equal(AgentState.Idle, world.State(handles[0]));

        gate.Open();
        await world.EndAllAsync([running, .. handles]);
        Assert.Equal(["default", "a", "b", "c"], world.StartOrder());
    }

    [Fact]
    public async Task INV21_PausedInTheQueue_DoesNotStart_WhenItsTurnComes()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var running = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        var queued = await world.SpawnAsync(new ScriptedAgent());
        await world.Orchestrator.PauseAsync(queued.Id);
        gate.Open();
        await world.EndAsync(running);
        await world.AdvanceAsync(1000);
        Assert.Equal(AgentState.Paused, world.State(queued));

        await world.Orchestrator.ResumeAsync(queued.Id);
        Assert.Equal(AgentState.Completed, (await world.EndAsync(queued)).State);
    }

    [Fact]
    public async Task INV21_WaitingAgent_PausesAtOnce_KeepsItsLocks_AndItsWaitGoesOn()
    {
        await using var world = new World(capacity: 1);
        var after = new AgentGate();
        after.Open();
        var handle = await world.SpawnAsync(new ScriptedAgent().Acquire("r").Receive().Pass(after));
        await world.SettleAsync();

        Assert.True(await world.Orchestrator.PauseAsync(handle.Id));
        Assert.False(world.Orchestrator.Locks.TryAcquire(ResourceRequest.Exclusive("r"), out _, out _));
        await world.Orchestrator.SendAsync(handle.Id, "hello");
        await world.SettleAsync();
        Assert.Equal((AgentState.Paused, 0), (world.State(handle), after.Arrivals));

        await world.Orchestrator.ResumeAsync(handle.Id);
        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
    }

    [Fact]
    public async Task INV21_WaitThatIsStillOpenAtTheResume_GoesOnWaiting()
    {
        await using var world = new World(capacity: 1);
        var handle = await world.SpawnAsync(new ScriptedAgent().Receive());
        await world.SettleAsync();
        await world.Orchestrator.PauseAsync(handle.Id);
        await world.AdvanceAsync(5);

        await world.Orchestrator.ResumeAsync(handle.Id);

        Assert.Equal((AgentState.Waiting, AgentWaitKind.Message), (world.State(handle), world.Status(handle).WaitingFor!.Kind));
        await world.Orchestrator.SendAsync(handle.Id, "hello");
        await world.EndAsync(handle);
    }

    [Fact]
    public async Task INV21_BetweenAttempts_PauseHoldsTheNextAttemptBack()
    {
        await using var world = new World(capacity: 1);
        var handle = await world.SpawnAsync(
            new AgentGoal("x") { Retry = new() { MaxAttempts = 2, InitialDelay = TimeSpan.FromSeconds(10), Jitter = 0 } },
            new ScriptedAgent().ThrowOnFirst(1, new InvalidOperationException()));
        await world.SettleAsync();
        Assert.True(await world.Orchestrator.PauseAsync(handle.Id));
        await world.AdvanceAsync(60);
        Assert.Equal((AgentState.Paused, 1), (world.State(handle), world.Status(handle).Attempt));

        await world.Orchestrator.ResumeAsync(handle.Id);
        Assert.Equal(2, (await world.EndAsync(handle)).Attempts);
    }

    [Fact]
    public async Task INV21_PauseOfARunningAttemptThatFails_IsDoneBetweenTheAttempts()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(
            new AgentGoal("x") { Retry = new() { MaxAttempts = 2, InitialDelay = TimeSpan.FromSeconds(10), Jitter = 0 } },
            new ScriptedAgent().Pass(gate).ThrowOnFirst(1, new InvalidOperationException()));
        await world.SettleAsync();
        var pausing = world.Orchestrator.PauseAsync(handle.Id);
        gate.Open();

        Assert.True(await pausing.WaitAsync(World.Hang));
        Assert.Equal(AgentState.Paused, world.State(handle));
        await world.Orchestrator.ResumeAsync(handle.Id);
        Assert.Equal((AgentState.Idle, AgentWaitKind.Retry), (world.State(handle), world.Status(handle).WaitingFor!.Kind));
        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("waiting")]
    [InlineData("running")]
    [InlineData("retrying")]
    public async Task INV21_PauseThenCancel_EndsAtOnce(string where)
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var blocker = where == "queued" ? await world.SpawnAsync(new ScriptedAgent().Pass(gate)) : null;
        var agent = where switch
        {
            "waiting" => new ScriptedAgent().Receive(),
            "running" => new ScriptedAgent().Do(async (context, ct) =>
            {
                await gate.PassAsync(ct);
                await context.PausePointAsync();
            }),
            "retrying" => new ScriptedAgent().Throw(new InvalidOperationException()),
            _ => new ScriptedAgent(),
        };
        var handle = await world.SpawnAsync(new AgentGoal("x") { Retry = new() { MaxAttempts = 5 } }, agent);
        await world.SettleAsync();
        var pausing = world.Orchestrator.PauseAsync(handle.Id);
        if (where == "running")
        {
            gate.Open();
        }

        Assert.True(await pausing.WaitAsync(World.Hang));
        Assert.Equal(AgentState.Paused, world.State(handle));

        Assert.True(await world.Orchestrator.CancelAsync(handle.Id, "enough"));
        var result = await handle.Completion.WaitAsync(World.Hang);

        Assert.Equal((AgentState.Cancelled, "enough", false), (result.State, result.CancelReason, result.Detached));
        gate.Open();
        if (blocker is not null)
        {
            await world.EndAsync(blocker);
        }
    }

    [Fact]
    public async Task PauseAsync_OfAnAgentThatEndsOrIsResumedFirst_IsFalse()
    {
        await using var world = new World();
        var (first, second) = (new AgentGate(), new AgentGate());
        var ends = await world.SpawnAsync(new ScriptedAgent().Pass(first));
        var resumed = await world.SpawnAsync(new ScriptedAgent().Pass(second).PausePoint());
        await world.SettleAsync();
        var pauseEnds = world.Orchestrator.PauseAsync(ends.Id);
        var pauseResumed = world.Orchestrator.PauseAsync(resumed.Id);

        first.Open();
        Assert.False(await pauseEnds.WaitAsync(World.Hang));
        Assert.True(await world.Orchestrator.ResumeAsync(resumed.Id));
        Assert.False(await pauseResumed.WaitAsync(World.Hang));
        second.Open();

        await world.EndAllAsync(ends, resumed);
        Assert.False(await world.Orchestrator.PauseAsync(ends.Id));
        Assert.False(await world.Orchestrator.ResumeAsync(ends.Id));
        Assert.DoesNotContain(world.Events.Events, e => e is AgentPaused);
    }

    [Fact]
    public async Task INV21_OneOfSeveralActivitiesThatWork_KeepsTheAgentFromBeingPaused()
    {
        await using var world = new World(capacity: 1);
        var (first, second) = (new AgentGate(), new AgentGate());
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => await context.RunConcurrentlyAsync(
        [
            async (fork, ct) =>
            {
                await first.PassAsync(ct);
                await fork.PausePointAsync();
            },
            async (fork, ct) =>
            {
                await second.PassAsync(ct);
                await fork.PausePointAsync();
            },
        ])));
        await world.SettleAsync();
        var pausing = world.Orchestrator.PauseAsync(handle.Id);
        first.Open();
        await world.SettleAsync();
        Assert.False(pausing.IsCompleted);
        Assert.Equal(AgentState.Running, world.State(handle));

        second.Open();
        Assert.True(await pausing.WaitAsync(World.Hang));
        Assert.Equal(0, world.Orchestrator.Scheduler.Count().SlotsHeld);
        await world.Orchestrator.ResumeAsync(handle.Id);
        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
    }
}
