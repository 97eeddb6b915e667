using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>Waiting for all, forgetting the ended, and judging criteria.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class WaitAllTests
{
    [Fact]
    public async Task WaitAllAsync_HasChildrenSpawnedLater_NotLaterRoots_InSpawnOrder_ForBothWaiters()
    {
        await using var world = new World(capacity: 4);
        var (gate, later) = (new AgentGate(), new AgentGate());
        var ended = await world.SpawnAsync(new ScriptedAgent().Return("ended"));
        await world.EndAsync(ended);
        await world.SpawnAsync(new ScriptedAgent().Pass(gate)
            .Spawn("c", new ScriptedAgent().Spawn("cc", new ScriptedAgent().Return("grandchild")).WaitForChildren().Return("child"))
            .WaitForChildren().Return("parent"));
        await world.SpawnAsync(new ScriptedAgent().Throw(new InvalidOperationException()));
        var first = world.Orchestrator.WaitAllAsync();
        var second = world.Orchestrator.WaitAllAsync();
        var root = await world.SpawnAsync(new ScriptedAgent().Pass(later).Spawn("x", new ScriptedAgent()).WaitForChildren());
        await world.SettleAsync();
        Assert.False(first.IsCompleted);
        gate.Open();

        var results = await first.WaitAsync(World.Hang);

        Assert.Equal(["ended", "parent", null, "child", "grandchild"], results.Select(result => result.Output?.Text));
        Assert.Equal(results, await second.WaitAsync(World.Hang));
        Assert.Equal(AgentState.Running, world.State(root));
        later.Open();
        Assert.Equal(7, (await world.Time.RunUntilAsync(world.Orchestrator.WaitAllAsync())).Count);
    }

    [Fact]
    public async Task WaitAllAsync_WithNothingToWaitFor_CompletesAtOnce_AndItsTokenEndsTheWaitOnly()
    {
        await using var world = new World();
        Assert.Empty(await world.Orchestrator.WaitAllAsync());
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        using var cancellation = new CancellationTokenSource();
        var waiting = world.Orchestrator.WaitAllAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gate.Open();
        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
    }

    [Fact]
    public async Task WaitAllAsync_KeepsResults_ThoughTheAgentsAreForgotten()
    {
        await using var world = new World(configure: options => options.MaxEndedAgents = 0);
        var gate = new AgentGate();
        for (var i = 0; i < 5; i++)
        {
            await world.SpawnAsync(new ScriptedAgent().Pass(gate).Return($"{i}"));
        }

        var waiting = world.Orchestrator.WaitAllAsync();
        gate.Open();

        Assert.Equal(["0", "1", "2", "3", "4"], (await waiting.WaitAsync(World.Hang)).Select(result => result.Output!.Text));
        Assert.Empty(world.Orchestrator.ListAgents(includeEnded: true));
    }

    [Fact]
    public async Task Cleanup_ForgetsTheEnded_AndNamesThem()
    {
        await using var world = new World();
        var ended = new[] { await world.SpawnAsync(new ScriptedAgent()), await world.SpawnAsync(new ScriptedAgent()) };
        await world.EndAllAsync(ended);
        var gate = new AgentGate();
        var running = await world.SpawnAsync(new ScriptedAgent().Pass(gate));

        Assert.Equal(2, world.Orchestrator.Cleanup());
        Assert.Equal(0, world.Orchestrator.Cleanup());

        Assert.Null(world.Orchestrator.GetStatus(ended[0].Id));
        Assert.Null(world.Orchestrator.Explain(ended[0].Id));
        Assert.False(await world.Orchestrator.CancelAsync(ended[0].Id));
        Assert.Equal(running.Id, Assert.Single(world.Orchestrator.ListAgents(includeEnded: true)).Id);
        var evicted = await world.Events.WaitForAsync<AgentsEvicted>().WaitAsync(World.Hang);
        Assert.Equal(ended.Select(handle => handle.Id).Order(Comparer<AgentId>.Create((x, y) => x.Number.CompareTo(y.Number))), evicted.AgentIds.OrderBy(id => id.Number));
        var watched = new List<string>();
        await foreach (var e in ended[0].Watch())
        {
            watched.Add(e.EventKind);
        }

        Assert.Equal(["agent:spawned", "agent:started", "agent:completed"], watched);
        gate.Open();
        await world.EndAsync(running);
    }

    [Fact]
    public async Task RetentionByCount_ForgetsTheOldest()
    {
        await using var world = new World(configure: options => options.MaxEndedAgents = 16);
        var handles = new List<AgentHandle>();
        for (var i = 0; i < 20; i++)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent()));
            await world.EndAsync(handles[i]);
            Assert.True(world.Orchestrator.ListAgents(includeEnded: true).Count <= 16);
        }

        var evicted = world.Events.Events.OfType<AgentsEvicted>().SelectMany(e => e.AgentIds).ToList();
        Assert.Equal(handles.Take(evicted.Count).Select(handle => handle.Id), evicted);
        Assert.Equal(20 - evicted.Count, world.Orchestrator.ListAgents(includeEnded: true).Count);
        Assert.True(evicted.Count >= 4);
        Assert.All(handles, handle => Assert.True(handle.Completion.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task RetentionByAge_ForgetsEachInItsTime()
    {
        await using var world = new World(configure: options => options.EndedAgentRetention = TimeSpan.FromSeconds(100));
        var first = await world.SpawnAsync(new ScriptedAgent());
        await world.EndAsync(first);
        await world.AdvanceAsync(60);
        var second = await world.SpawnAsync(new ScriptedAgent());
        await world.EndAsync(second);

        await world.AdvanceAsync(39);
        Assert.NotNull(world.Orchestrator.GetStatus(first.Id));
        await world.AdvanceAsync(1);
        Assert.Null(world.Orchestrator.GetStatus(first.Id));
        Assert.NotNull(world.Orchestrator.GetStatus(second.Id));
        await world.AdvanceAsync(60);
        Assert.Null(world.Orchestrator.GetStatus(second.Id));

        var third = await world.SpawnAsync(new ScriptedAgent());
        await world.EndAsync(third);
        Assert.Equal(1, world.Orchestrator.Cleanup());
        var fourth = await world.SpawnAsync(new ScriptedAgent());
        await world.EndAsync(fourth);
        await world.AdvanceAsync(100);
        Assert.Null(world.Orchestrator.GetStatus(fourth.Id));
        Assert.Equal([1, 1, 1, 1], world.Events.Events.OfType<AgentsEvicted>().Select(e => e.AgentIds.Count));
        Assert.Null(world.Time.NextDue);
    }
}
