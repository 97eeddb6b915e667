using AgentOrchestration.Testing;

namespace AgentOrchestration.Tests.Testing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class EventRecorderTests
{
    [Fact]
    public async Task WaitForAsync_FindsWhatIsRecorded_AndWhatIsToCome()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Report("half", 50).Pass(gate).Report("all", 100));

        var half = await world.Events.WaitForAsync<AgentProgressed>(e => e.Percent == 50).WaitAsync(World.Hang);
        var later = world.Events.WaitForAsync<AgentProgressed>(e => e.Percent == 100);
        Assert.False(later.IsCompleted);
        gate.Open();
        var all = await later.WaitAsync(World.Hang);

        Assert.True(half.Sequence < all.Sequence);
        await world.EndAsync(handle);
        Assert.Equal(half, await world.Events.WaitForAsync<AgentProgressed>());
    }

    [Fact]
    public async Task Start_AfterEventsWerePublished_HasThemToo()
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new ScriptedAgent());
        await world.EndAsync(handle);

        await using var late = EventRecorder.Start(world.Orchestrator);
        await late.WaitForEndAsync(handle.Id).WaitAsync(World.Hang);

        Assert.Equal(world.Events.Of(handle.Id), late.Of(handle.Id));
        late.AssertAllEnded();
    }

    [Fact]
    public async Task WaitForAsync_WhenTheStreamEnds_SaysSo()
    {
        var world = new World();
        var waiting = world.Events.WaitForAsync<AgentStalled>();
        await world.DisposeAsync();

        var exception = await Assert.ThrowsAsync<EventAssertionException>(() => waiting);

        Assert.Contains(nameof(AgentStalled), exception.Message);
        await Assert.ThrowsAsync<EventAssertionException>(() => world.Events.WaitForAsync<AgentStalled>());
    }

    [Fact]
    public async Task AssertAllEnded_NamesAgentsThatHaveNot()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        await world.Events.WaitForAsync<AgentStarted>().WaitAsync(World.Hang);

        var exception = Assert.Throws<EventAssertionException>(world.Events.AssertAllEnded);

        Assert.Contains(handle.Id.ToString(), exception.Message);
        world.Events.AssertLaws();
        gate.Open();
        await world.EndAsync(handle);
    }

    [Fact]
    public async Task AssertRunningAtMost_CountsAgentsThatHoldASlot()
    {
        await using var world = new World(capacity: 3);
        var gate = new AgentGate();
        var handles = new[] { await world.SpawnAsync(new ScriptedAgent().Pass(gate)), await world.SpawnAsync(new ScriptedAgent().Pass(gate)) };
        await gate.WaitForArrivalAsync(2).WaitAsync(World.Hang);
        gate.Open();
        await world.EndAllAsync(handles);

        world.Events.AssertRunningAtMost(2);
        Assert.Throws<EventAssertionException>(() => world.Events.AssertRunningAtMost(1));
    }

    [Fact]
    public async Task AssertLaws_WhenEventsWereMissed_SaysSo()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.MaxRetainedEvents = 16);
        var handle = await orchestrator.SpawnAsync("talk", new ScriptedAgent().Do(context =>
        {
            for (var i = 0; i < 100; i++)
            {
                context.Report("x");
            }
        }));
        await handle.Completion.WaitAsync(World.Hang);

        await using var late = EventRecorder.Start(orchestrator);
        await late.WaitForEndAsync(handle.Id).WaitAsync(World.Hang);

        Assert.Contains("MaxRetainedEvents", Assert.Throws<EventAssertionException>(late.AssertLaws).Message);
    }
}
