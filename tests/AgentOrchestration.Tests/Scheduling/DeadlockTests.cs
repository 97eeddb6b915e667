using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>One wait-for graph over what agents hold, the children they wait for, and the groups they are in.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class DeadlockTests
{
    [Fact]
    public async Task INV12_ChildThatWantsWhatItsWaitingParentHolds_IsRefused()
    {
        await using var world = new World(capacity: 1);

        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Acquire("report").Spawn(Named("child"), new ScriptedAgent().Acquire("report")).WaitForChildren());
        var result = await world.EndAsync(parent);

        Assert.Equal(AgentState.Completed, result.State);
        var failed = Assert.Single(world.Events.Events.OfType<AgentFailed>());
        Assert.Equal(AgentErrorCodes.ResourceDeadlock, failed.Error.Code);
        Assert.Contains("'child' would wait for named:report held by 'parent', which waits for its child namely 'child'", failed.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task INV12_ParentThatWaitsForAChildThatWantsWhatItHolds_IsRefused_AndMayReleaseItAndWaitAgain()
    {
        await using var world = new World();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report"));
            var child = await context.SpawnAsync(Named("child"), new ScriptedAgent().Acquire("report"));
            await world.WaitsForAsync(child.Id, "named:report");

            var refused = await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await context.WaitForAsync(child));
            Assert.Equal(["parent", "child"], refused.Cycle.Select(link => link.Name));

            guard.Dispose();
            Assert.Equal(AgentState.Completed, (await context.WaitForAsync(child)).State);
        }));

        Assert.Equal(AgentState.Completed, (await world.EndAsync(parent)).State);
    }

    [Fact]
    public async Task INV12_CircleOverAGrandparent_IsRefusedThoughTheAgentBetweenHoldsNothing()
    {
        await using var world = new World(capacity: 1);

        var grandparent = await world.SpawnAsync(Named("grandparent"), new ScriptedAgent().Acquire("report")
            .Spawn(Named("parent"), new ScriptedAgent().Spawn(Named("child"), new ScriptedAgent().Acquire("report")).WaitForChildren())
            .WaitForChildren());
        await world.EndAsync(grandparent);

        Assert.Equal("child", Assert.Single(world.NamesOf(world.Events.Events.OfType<AgentFailed>())));
    }

    [Fact]
    public async Task INV12_WaitForAnyChild_IsNoDeadlockWhileOneOfThemCanEnd()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report"));
            var waiting = await context.SpawnAsync(Named("waiting"), new ScriptedAgent().Acquire("report"));
            var working = await context.SpawnAsync(Named("working"), new ScriptedAgent().Pass(gate).Acquire("report"));
            await world.WaitsForAsync(waiting.Id, "named:report");
            Assert.Equal(working.Id, (await context.WaitForAnyAsync([waiting, working])).Id);
        }));
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);
        await world.WaitsForAsync(parent.Id, resource: null).WaitAsync(World.Hang);

        // Now the last one that could end would wait too.
        gate.Open();

        Assert.Equal(AgentState.Completed, (await world.EndAsync(parent)).State);
        Assert.Equal("working", Assert.Single(world.NamesOf(world.Events.Events.OfType<AgentFailed>())));
    }

    [Fact]
    public async Task INV12_WhenTheActivityThatCouldStillMoveEnds_TheYoungestWaitIsRefused()
    {
        await using var world = new World();
        var gate = new AgentGate();
        ResourceDeadlockException? refused = null;
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report"));
            var child = await context.SpawnAsync(Named("child"), new ScriptedAgent().Acquire("report"));
            await world.WaitsForAsync(child.Id, "named:report");
            await context.RunConcurrentlyAsync(
            [
                async (fork, _) => refused = await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await fork.WaitForAsync(child)),
                (_, token) => gate.PassAsync(token),
            ]);
        }));
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);
        await world.SettleAsync();
        Assert.Null(refused);

        gate.Open();

        Assert.Equal(AgentState.Completed, (await world.EndAsync(parent)).State);
        Assert.Equal(["parent", "child"], refused!.Cycle.Select(link => link.Name));
    }

    [Fact]
    public async Task INV12_ForksOfForks_CountWhileTheyWork()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report"));
            await context.RunConcurrentlyAsync(
            [
                async (fork, _) => await fork.ReceiveAsync(),
                async (fork, _) =>
                {
                    await fork.RunConcurrentlyAsync([(_, _) => Task.CompletedTask, (_, token) => gate.PassAsync(token)]);
                    await fork.Locks.AcquireAsync(ResourceRequest.Exclusive("other"));
                },
            ]);
        }));
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);
        var other = await world.SpawnAsync(Named("other"), new ScriptedAgent().Acquire("other").Acquire("report"));
        await world.WaitsForAsync(other.Id, "named:report").WaitAsync(World.Hang);

        // The first fork waits for a message, so there is no deadlock though everything else waits in a circle.
        gate.Open();
        await world.WaitsForAsync(parent.Id, resource: null).WaitAsync(World.Hang);
        Assert.DoesNotContain(world.Events.Events, static e => e is AgentFailed);
        await world.Orchestrator.SendAsync(parent.Id, "go on");
        await world.EndAllAsync(parent, other);

        Assert.Single(world.Events.Events.OfType<AgentFailed>());
    }

    [Fact]
    public async Task INV12_CircleOverTwoGroups_IsRefused()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var one = await world.SpawnAsync(Named("one") with { ConcurrencyGroup = "a" },
            new ScriptedAgent().Pass(gate).Spawn(Named("child of one") with { ConcurrencyGroup = "b" }, new ScriptedAgent()).WaitForChildren());
        var two = await world.SpawnAsync(Named("two") with { ConcurrencyGroup = "b" },
            new ScriptedAgent().Pass(gate).Spawn(Named("child of two") with { ConcurrencyGroup = "a" }, new ScriptedAgent()).WaitForChildren());
        await gate.WaitForArrivalAsync(2).WaitAsync(World.Hang);

        gate.Open();
        var results = await world.EndAllAsync(one, two);

        var refused = Assert.Single(results, result => result.State == AgentState.Failed);
        Assert.Equal(AgentErrorCodes.ResourceDeadlock, refused.Error!.Code);
        Assert.Contains("for a place in group", refused.Error.Message, StringComparison.Ordinal);
        Assert.Single(results, result => result.State == AgentState.Completed);
    }

    [Fact]
    public async Task Snapshot_ShowsTheWholeGraph()
    {
        await using var world = new World(capacity: 1);
        var member = await world.SpawnAsync(Named("member") with { ConcurrencyGroup = "coders" }, new ScriptedAgent().Receive());
        await world.WaitsForAsync(member.Id, resource: null).WaitAsync(World.Hang);
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Spawn(Named("child") with { ConcurrencyGroup = "coders" }, new ScriptedAgent()).WaitForChildren());
        await world.WaitsForAsync(parent.Id, resource: null).WaitAsync(World.Hang);

        var snapshot = world.Orchestrator.Locks.Snapshot();

        Assert.Equal(
            ["child waits for a place in group 'coders' on member", "parent waits for its child on child"],
            snapshot.Dependencies.Select(edge => $"{edge.Name} waits for {edge.WaitsFor} on {edge.On}"));
        Assert.Contains("((\"parent\")) -->|waits for its child| n0((\"child\"))", snapshot.ToMermaid(), StringComparison.Ordinal);
        await world.Orchestrator.SendAsync(member.Id, "go on");
        await world.EndAllAsync(member, parent);
        Assert.Empty(world.Orchestrator.Locks.Snapshot().Dependencies);
    }

    [Fact]
    public async Task INV12_NewAttempt_CountsAnew()
    {
        await using var world = new World();
        var attempts = 0;
        var retried = await world.SpawnAsync(Named("retried") with { Retry = new AgentRetryPolicy { MaxAttempts = 2 } }, new ScriptedAgent().Do(async (context, _) =>
        {
            await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report"));
            if (++attempts == 1)
            {
                await context.RunConcurrentlyAsync([(_, _) => Task.CompletedTask, (_, _) => throw new InvalidOperationException("once")]);
            }

            var child = await context.SpawnAsync(Named("child"), new ScriptedAgent().Acquire("report"));
            await world.WaitsForAsync(child.Id, "named:report");
            await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await context.WaitForAsync(child));
        }));

        Assert.Equal(AgentState.Completed, (await world.EndAsync(retried)).State);
    }

    [Fact]
    public async Task Handover_GivesTheSlotToTheOneWhoWaited_NotToAnAgentThatHasNotStarted()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var first = await world.SpawnAsync(Named("first"), new ScriptedAgent().Acquire("report").Receive().Pass(gate));
        await world.WaitsForAsync(first.Id, resource: null).WaitAsync(World.Hang);
        var second = await world.SpawnAsync(Named("second"), new ScriptedAgent().Acquire("report"));
        await world.WaitsForAsync(second.Id, "named:report").WaitAsync(World.Hang);
        await world.Orchestrator.SendAsync(first.Id, "go on");
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);
        var urgent = await world.SpawnAsync(Named("urgent") with { Priority = AgentPriority.Critical }, new ScriptedAgent());

        gate.Open();
        await world.EndAllAsync(first, second, urgent);

        var continued = world.Events.Events.OfType<AgentContinued>().Single(e => e.AgentId == second.Id).Sequence;
        Assert.True(continued < world.Events.Events.OfType<AgentStarted>().Single(e => e.AgentId == urgent.Id).Sequence);
    }

    private static AgentGoal Named(string name) => new("x") { Name = name };
}
