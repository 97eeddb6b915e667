using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>INV-18: cancel is bounded.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class CancelTests
{
    [Theory]
    [InlineData("message")]
    [InlineData("lock")]
    [InlineData("child")]
    [InlineData("approval")]
    [InlineData("slot")]
    public async Task INV18_WaitingAgent_UnwindsAtOnce_ThoughNoSlotIsFree(string wait)
    {
        await using var world = new World(capacity: 1);
        var (gate, cleanup) = (new AgentGate(), new AgentGate());
        cleanup.Open();
        await using var held = await world.Orchestrator.Locks.AcquireAsync(ResourceRequest.Exclusive("r"));
        var script = new ScriptedAgent().Acquire("kept");
        script = wait switch
        {
            "lock" => script.Acquire("r"),
            "child" => script.Spawn("c", new ScriptedAgent().Receive()).WaitForChildren(),
            "approval" => script.AskApproval("may I?"),
            _ => script.Receive(),
        };
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, ct) =>
        {
            try
            {
                await script.RunAsync(context, ct);
            }
            catch (OperationCanceledException)
            {
                await cleanup.PassAsync();
                throw;
            }
        }));
        await world.SettleAsync();
        var blocker = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        await world.SettleAsync();
        if (wait == "slot")
        {
            await world.Orchestrator.SendAsync(handle.Id, "received, but no slot to go on");
        }

        Assert.Equal((AgentState.Waiting, AgentState.Running), (world.State(handle), world.State(blocker)));

        Assert.True(await world.Orchestrator.CancelAsync(handle.Id, "why not"));
        var result = await handle.Completion.WaitAsync(World.Hang);

        Assert.Equal((AgentState.Cancelled, "why not", false, TimeSpan.Zero), (result.State, result.CancelReason, result.Detached, result.Duration));
        Assert.Equal(1, cleanup.Arrivals);
        Assert.Empty(world.Orchestrator.ListApprovals());
        Assert.True(world.Orchestrator.Locks.TryAcquire(ResourceRequest.Exclusive("kept"), out var guard, out _));
        guard.Dispose();
        gate.Open();
        await world.EndAsync(blocker);
        held.Dispose();
    }

    [Fact]
    public async Task INV18_QueuedAgent_EndsWithinTheCall()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var running = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        var queued = await world.SpawnAsync(new ScriptedAgent());

        Assert.True(await world.Orchestrator.CancelAsync(queued.Id));

        Assert.Equal(AgentState.Cancelled, world.State(queued));
        Assert.Equal(0, (await queued.Completion.WaitAsync(World.Hang)).Attempts);
        gate.Open();
        await world.EndAsync(running);
        await world.Events.WaitForEndAsync(queued.Id);
        Assert.DoesNotContain(world.Events.Of(queued.Id), e => e is AgentStarted);
    }

    [Fact]
    public async Task INV18_DeafCode_IsDetached_SlotAndLocksFreed_LateResultDropped()
    {
        await using var world = new World(capacity: 1, options => options.CancellationGracePeriod = TimeSpan.FromSeconds(30));
        var gate = new AgentGate();
        Exception? late = null;
        ResourceGuard guard = default;
        AgentContext? lateContext = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().Output("so far").Do(async (context, _) =>
        {
            lateContext = context;
            guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("r"));
            await gate.PassAsync();
            late = Record.Exception(() => context.Report("too late"));
        }).Return("too late"));
        var next = await world.SpawnAsync(new ScriptedAgent().Acquire("r").Return("got it"));
        await world.SettleAsync();
        Assert.True(await world.Orchestrator.CancelAsync(handle.Id));
        await world.AdvanceAsync(29);
        Assert.Equal((AgentState.Running, AgentState.Idle), (world.State(handle), world.State(next)));
        Assert.True(guard.IsHeld);

        var result = await world.EndAsync(handle);

        Assert.True(result.Detached);
        Assert.Equal((AgentState.Cancelled, TimeSpan.FromSeconds(30), "so far"), (result.State, result.Duration, result.Output!.Text));
        Assert.False(guard.IsHeld);
        Assert.True(guard.Lost.IsCancellationRequested);
        Assert.Equal("got it", (await world.EndAsync(next)).Output!.Text);
        Assert.Equal(1, world.Orchestrator.Scheduler.Endings.Detached);

        gate.Open();
        await world.SettleAsync();
        Assert.IsType<InvalidOperationException>(late);
        Assert.Equal(0, world.Orchestrator.Scheduler.Endings.Detached);
        Assert.Same(result, await handle.Completion);
        Assert.Throws<InvalidOperationException>(() => lateContext!.Locks.TryAcquire(ResourceRequest.Exclusive("r"), out _, out _));
    }

    [Fact]
    public async Task INV18_DeafCodeThatLeavesAWaitOpen_IsCountedOff_WhenItEnds()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) =>
        {
            // A fork that is deaf beyond the end of the body, which does not await it.
            var abandoned = context.RunConcurrentlyAsync([(_, _) => gate.PassAsync()]).AsTask();
            await Task.Yield();
        }));
        await world.SettleAsync();
        await world.Orchestrator.CancelAsync(handle.Id);
        Assert.True((await world.EndAsync(handle)).Detached);
        Assert.Equal(1, world.Orchestrator.Scheduler.Endings.Detached);

        gate.Open();
        await world.SettleAsync();

        Assert.Equal(0, world.Orchestrator.Scheduler.Endings.Detached);
    }

    [Fact]
    public async Task DetachedAgents_BeyondTheirLimit_GoalsAreRefused_UntilOneEnds()
    {
        await using var world = new World(configure: options => options.MaxDetachedAgents = 1);
        var gate = new AgentGate();
        var deaf = await world.SpawnAsync(new ScriptedAgent().Ignore(gate));
        await world.SettleAsync();
        await world.Orchestrator.CancelAsync(deaf.Id);
        await world.EndAsync(deaf);

        var refused = await Assert.ThrowsAsync<GoalRefusedException>(() => world.SpawnAsync(new ScriptedAgent()));
        Assert.Equal(GoalRefusal.TooManyDetached, refused.Reason);

        gate.Open();
        await world.SettleAsync();
        await world.EndAsync(await world.SpawnAsync(new ScriptedAgent()));
    }

    [Fact]
    public async Task INV18_DeafChild_HoldsItsCancelledParentNoLongerThanItsGrace()
    {
        await using var world = new World(capacity: 1, options => options.CancellationGracePeriod = TimeSpan.FromSeconds(30));
        var gate = new AgentGate();
        var parent = await world.SpawnAsync(new ScriptedAgent().Spawn("child", new ScriptedAgent().Ignore(gate)).WaitForChildren());
        await world.SettleAsync();
        await world.Orchestrator.CancelAsync(parent.Id, "stop");

        var result = await world.EndAsync(parent);

        Assert.Equal((AgentState.Cancelled, TimeSpan.FromSeconds(30)), (result.State, result.Duration));
        var child = world.Events.Events.OfType<AgentCancelled>().First();
        Assert.Equal(parent.Id, child.ParentId);
        Assert.True(child.Result.Detached);
        gate.Open();
    }

    [Fact]
    public async Task Cancel_KeepsWhatTheAgentReturnsAsPartialOutput()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var returns = await world.SpawnAsync(new ScriptedAgent().Output("streamed").Do(async (context, ct) =>
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.PassAsync(ct));
        }).Do((_, _) => throw new OperationCanceledException()));
        var throws = await world.SpawnAsync(new ScriptedAgent().Output("str").Output("eamed").Pass(gate));
        var swallows = await world.SpawnAsync(new Swallowing(gate));
        await world.SettleAsync();
        Assert.Equal(3, await world.Orchestrator.CancelAllAsync());

        var results = await world.EndAllAsync(returns, throws, swallows);

        Assert.All(results, result => Assert.Equal(AgentState.Cancelled, result.State));
        Assert.Equal(["streamed", "streamed", "kept"], results.Select(result => result.Output?.Text));
        Assert.All(results, result => Assert.Null(result.Error));
    }

    [Fact]
    public async Task PartialOutput_IsBounded()
    {
        await using var world = new World(configure: options => options.MaxPartialOutputCharacters = 5);
        var result = await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Output("abc").Output("defg").Output("h").Throw(new InvalidOperationException())));

        Assert.Equal("abcde", result.Output!.Text);
        Assert.Equal("abcdefgh", string.Concat(world.Events.Events.OfType<AgentOutputProduced>().Select(e => e.Delta)));
    }

    [Fact]
    public async Task CancelAsync_OfAnEndedUnknownOrCancelledAgent_IsFalse_AndChangesNothing()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var done = await world.SpawnAsync(new ScriptedAgent().Return("x"));
        var result = await world.EndAsync(done);
        var deaf = await world.SpawnAsync(new ScriptedAgent().Ignore(gate));
        await world.SettleAsync();

        Assert.False(await world.Orchestrator.CancelAsync(done.Id));
        Assert.False(await world.Orchestrator.CancelAsync(default));
        Assert.True(await world.Orchestrator.CancelAsync(deaf.Id, "first"));
        Assert.False(await world.Orchestrator.CancelAsync(deaf.Id, "second"));
        Assert.Equal(0, await world.Orchestrator.CancelAllAsync());

        Assert.Equal(AgentState.Completed, world.State(done));
        Assert.Same(result, await done.Completion);
        gate.Open();
        Assert.Equal("first", (await world.EndAsync(deaf)).CancelReason);
    }

    [Fact]
    public async Task Cancel_OfAParent_EndsItsChildrenToo_AndCountsThem()
    {
        await using var world = new World(capacity: 2);
        var parent = await world.SpawnAsync(new ScriptedAgent()
            .Spawn(new AgentGoal("a") { Name = "a" }, new ScriptedAgent().Spawn(new AgentGoal("aa") { Name = "aa" }, new ScriptedAgent().Receive()).WaitForChildren())
            .Spawn(new AgentGoal("b") { Name = "b" }, new ScriptedAgent().Receive())
            .WaitForChildren());
        await world.SettleAsync();
        Assert.Equal(4, world.Orchestrator.ListAgents().Count);

        Assert.Equal(4, await world.Orchestrator.CancelAllAsync("all"));
        await world.EndAsync(parent);

        var cancelled = world.Events.Events.OfType<AgentCancelled>().ToList();
        Assert.Equal(4, cancelled.Count);
        Assert.Equal("default", world.NamesOf(cancelled)[^1]);
        Assert.Empty(world.Orchestrator.ListAgents());
        Assert.Equal(4, world.Orchestrator.ListAgents(includeEnded: true).Count);
    }

    [Fact]
    public async Task CancellationCallbackThatThrows_HarmsNobody()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Do((context, ct) =>
        {
            ct.Register(() => throw new InvalidOperationException("broken callback"));
            return gate.PassAsync(ct);
        }));
        await world.SettleAsync();

        Assert.True(await world.Orchestrator.CancelAsync(handle.Id));

        Assert.Equal(AgentState.Cancelled, (await world.EndAsync(handle)).State);
    }

    [Fact]
    public async Task CancelChildAsync_EndsTheChildOnly()
    {
        await using var world = new World(capacity: 1);
        AgentResult? childResult = null;
        var parent = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) =>
        {
            var child = await context.SpawnAsync("c", new ScriptedAgent().Receive());
            Assert.True(await context.CancelChildAsync(child, "not needed"));
            childResult = await context.WaitForAsync(child);
        }).Return("went on"));

        var result = await world.EndAsync(parent);

        Assert.Equal("went on", result.Output!.Text);
        Assert.Equal((AgentState.Cancelled, "not needed"), (childResult!.State, childResult.CancelReason));
    }

    private sealed class Swallowing(AgentGate gate) : IAgent
    {
        public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
        {
            try
            {
                await gate.PassAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return "kept";
            }

            return "not cancelled";
        }
    }
}
