using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>Law 2, INV-13 and INV-14. That no more run than may is checked by <see cref="World"/> at the end of every test, from the order of events.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class SlotTests
{
    [Fact]
    public async Task INV13_INV14_FullPool_RunsAsManyAsThereAreSlots_AndTheNextAsOneEnds()
    {
        await using var world = new World(capacity: 2);
        var gates = Enumerable.Range(0, 5).Select(_ => new AgentGate()).ToArray();
        var handles = new List<AgentHandle>();
        foreach (var gate in gates)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().Pass(gate)));
        }

        await world.SettleAsync();
        Assert.Equal([1, 1, 0, 0, 0], gates.Select(gate => gate.Arrivals));

        gates[1].Open();
        await world.SettleAsync();
        Assert.Equal([1, 1, 1, 0, 0], gates.Select(gate => gate.Arrivals));
        Assert.Equal(2, world.Orchestrator.Scheduler.Count().SlotsHeld);

        Array.ForEach(gates, gate => gate.Open());
        await world.EndAllAsync(handles);
    }

    [Fact]
    public async Task INV13_LoweredCapacity_DrainsAndPreemptsNobody()
    {
        await using var world = new World(capacity: 3);
        var gates = Enumerable.Range(0, 5).Select(_ => new AgentGate()).ToArray();
        var handles = new List<AgentHandle>();
        foreach (var gate in gates)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().Pass(gate)));
        }

        await world.SettleAsync();
        world.Orchestrator.MaxConcurrentAgents = 1;
        await world.SettleAsync();
        Assert.Equal(3, world.Orchestrator.ListAgents().Count(status => status.State == AgentState.Running));

        gates[0].Open();
        gates[1].Open();
        await world.SettleAsync();
        Assert.Equal(0, gates[3].Arrivals);

        gates[2].Open();
        await world.SettleAsync();
        Assert.Equal([1, 0], gates[3..].Select(gate => gate.Arrivals));
        Array.ForEach(gates, gate => gate.Open());
        await world.EndAllAsync(handles);
    }

    [Fact]
    public async Task INV14_RaisedCapacity_StartsWaitingAgentsAtOnce()
    {
        await using var world = new World(capacity: 1, highestCapacity: 3);
        var gate = new AgentGate();
        var handles = new List<AgentHandle>();
        for (var i = 0; i < 4; i++)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().Pass(gate)));
        }

        world.Orchestrator.MaxConcurrentAgents = 3;
        await world.SettleAsync();

        Assert.Equal(3, gate.Arrivals);
        Assert.Equal(3, world.Orchestrator.MaxConcurrentAgents);
        gate.Open();
        await world.EndAllAsync(handles);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task MaxConcurrentAgents_BelowOne_Throws(int value)
    {
        await using var world = new World();

        Assert.Throws<ArgumentOutOfRangeException>(() => world.Orchestrator.MaxConcurrentAgents = value);
    }

    [Fact]
    public async Task INV13_WaitingAgent_GivesItsSlotBack_AndNeedsOneToGoOn()
    {
        await using var world = new World(capacity: 1);
        var (arrived, gate) = (new AgentGate(), new AgentGate());
        arrived.Open();
        var waiter = await world.SpawnAsync(new ScriptedAgent().Receive().Pass(arrived));
        await world.SettleAsync();
        Assert.Equal(AgentState.Waiting, world.State(waiter));
        Assert.Equal(AgentWaitKind.Message, world.Status(waiter).WaitingFor!.Kind);

        var other = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        await world.SettleAsync();
        Assert.Equal(AgentState.Running, world.State(other));

        await world.Orchestrator.SendAsync(waiter.Id, "go on");
        await world.SettleAsync();
        Assert.Equal((AgentState.Waiting, AgentWaitKind.Slot), (world.State(waiter), world.Status(waiter).WaitingFor!.Kind));
        Assert.Equal(0, arrived.Arrivals);

        gate.Open();
        await world.EndAllAsync(waiter, other);
        Assert.Equal(1, arrived.Arrivals);
    }

    [Fact]
    public async Task INV13_FailedAttempt_GivesItsSlotBack_UntilTheNextAttempt()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var retrying = await world.SpawnAsync(
            new AgentGoal("x") { Retry = new() { MaxAttempts = 2, InitialDelay = TimeSpan.FromMinutes(1), Jitter = 0 } },
            new ScriptedAgent().ThrowOnFirst(1, new InvalidOperationException()));
        var other = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        await world.SettleAsync();

        Assert.Equal((AgentState.Idle, AgentWaitKind.Retry), (world.State(retrying), world.Status(retrying).WaitingFor!.Kind));
        Assert.Equal(AgentState.Running, world.State(other));

        await world.AdvanceAsync(120);
        Assert.Equal((AgentState.Idle, AgentWaitKind.Slot), (world.State(retrying), world.Status(retrying).WaitingFor!.Kind));

        gate.Open();
        var result = await world.EndAsync(retrying);
        Assert.Equal(2, result.Attempts);
        await world.EndAsync(other);
    }

    [Fact]
    public async Task StartedRoots_StayBelowTheirBound_EvenIfTheyWait()
    {
        await using var world = new World(capacity: 2, options => options.MaxStartedAgents = 3);
        var handles = new List<AgentHandle>();
        for (var i = 0; i < 5; i++)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().Receive()));
        }

        await world.SettleAsync();
        Assert.Equal([1, 1, 1, 0, 0], handles.Select(handle => world.Status(handle).Attempt));

        await world.Orchestrator.SendAsync(handles[1].Id, "end");
        await world.SettleAsync();
        Assert.Equal([1, 1, 1, 1, 0], handles.Select(handle => world.Status(handle).Attempt));

        await world.Orchestrator.CancelAllAsync();
        await world.EndAllAsync(handles);
    }

    [Fact]
    public async Task StartedRoots_ByDefault_AreFourTimesTheSlots_AndFollowTheCapacity()
    {
        await using var world = new World(capacity: 1, highestCapacity: 2);
        var handles = new List<AgentHandle>();
        for (var i = 0; i < 9; i++)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().Receive()));
        }

        await world.SettleAsync();
        Assert.Equal(4, handles.Count(handle => world.Status(handle).Attempt == 1));

        world.Orchestrator.MaxConcurrentAgents = 2;
        await world.SettleAsync();
        Assert.Equal(8, handles.Count(handle => world.Status(handle).Attempt == 1));

        Assert.Equal(9, await world.Orchestrator.CancelAllAsync("enough"));
        Assert.All(await world.EndAllAsync(handles), result => Assert.Equal("enough", result.CancelReason));
        Assert.Equal(1, world.Status(handles[0]).Attempt);
        Assert.Equal(0, world.Status(handles[8]).Attempt);
    }

    [Fact]
    public async Task CancelAll_StartsNobody_ThoughPlacesBecomeFree()
    {
        // A started agent that waits for its next attempt leaves a place among the started when it ends.
        await using var world = new World(capacity: 2, options => options.MaxStartedAgents = 1);
        var first = await world.SpawnAsync(new AgentGoal("a") { Retry = new() { MaxAttempts = 2 } }, new ScriptedAgent().Throw(new InvalidOperationException()));
        await world.SettleAsync();
        var second = await world.SpawnAsync(new ScriptedAgent());
        await world.SettleAsync();
        Assert.Equal(0, world.Status(second).Attempt);

        Assert.Equal(2, await world.Orchestrator.CancelAllAsync());
        await world.EndAllAsync(first, second);

        Assert.DoesNotContain(world.Events.Of(second.Id), e => e is AgentStarted);
    }
}
