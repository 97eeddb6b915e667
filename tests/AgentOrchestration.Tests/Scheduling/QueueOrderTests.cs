using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>Who goes next: lock holders, then others that return from a wait, then new ones; within each priority raised with age, deadline, arrival.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class QueueOrderTests
{
    private readonly AgentGate _gate = new();

    [Fact]
    public async Task NewAgents_GoByPriority_ThenDeadline_ThenArrival()
    {
        await using var world = new World(capacity: 1);
        var now = world.Time.GetUtcNow();
        var handles = new List<AgentHandle> { await BlockAsync(world) };
        handles.Add(await SpawnAsync(world, "low", AgentPriority.Low, now.AddSeconds(10)));
        handles.Add(await SpawnAsync(world, "first"));
        handles.Add(await SpawnAsync(world, "second"));
        handles.Add(await SpawnAsync(world, "late deadline", deadline: now.AddHours(2)));
        handles.Add(await SpawnAsync(world, "early deadline", deadline: now.AddHours(1)));
        handles.Add(await SpawnAsync(world, "critical", AgentPriority.Critical));
        handles.Add(await SpawnAsync(world, "high", AgentPriority.High));

        _gate.Open();
        await world.EndAllAsync(handles);

        Assert.Equal(["blocker", "critical", "high", "early deadline", "late deadline", "first", "second", "low"], world.StartOrder());
    }

    [Fact]
    public async Task Ageing_RaisesOneLevelForEachInterval_AndAboveTheHighestByArrivalOnly()
    {
        await using var world = new World(capacity: 1, options => options.AgeingInterval = TimeSpan.FromSeconds(30));
        var handles = new List<AgentHandle> { await BlockAsync(world) };
        handles.Add(await SpawnAsync(world, "old low", AgentPriority.Low));
        await world.AdvanceAsync(60);
        handles.Add(await SpawnAsync(world, "medium"));
        handles.Add(await SpawnAsync(world, "high", AgentPriority.High));
        handles.Add(await SpawnAsync(world, "critical", AgentPriority.Critical));
        _gate.Open();
        await world.EndAllAsync(handles);

        // Low has risen to High and came before the other High.
        Assert.Equal(["blocker", "critical", "old low", "high", "medium"], world.StartOrder());
    }

    [Fact]
    public async Task OverdueAgent_GoesBeforeAllOthers_SoThatNothingStarves()
    {
        await using var world = new World(capacity: 1, options => options.AgeingInterval = TimeSpan.FromSeconds(30));
        var handles = new List<AgentHandle> { await BlockAsync(world) };
        handles.Add(await SpawnAsync(world, "old low", AgentPriority.Low));
        await world.AdvanceAsync(120);
        handles.Add(await SpawnAsync(world, "critical", AgentPriority.Critical, world.Time.GetUtcNow().AddSeconds(1)));
        _gate.Open();
        await world.EndAllAsync(handles);

        Assert.Equal(["blocker", "old low", "critical"], world.StartOrder());
    }

    [Fact]
    public async Task Readmission_LockHoldersFirst_ThenOthersThatReturn_ThenNewOnes()
    {
        await using var world = new World(capacity: 1);
        var holder = await world.SpawnAsync(new AgentGoal("x") { Name = "holder", Priority = AgentPriority.Low }, new ScriptedAgent().Acquire("r").Receive());
        var returning = await world.SpawnAsync(new AgentGoal("x") { Name = "returning", Priority = AgentPriority.Low }, new ScriptedAgent().Receive());
        await world.SettleAsync();
        var handles = new List<AgentHandle> { await BlockAsync(world), holder, returning };
        await world.SettleAsync();
        handles.Add(await SpawnAsync(world, "new", AgentPriority.Critical));
        await world.Orchestrator.SendAsync(returning.Id, "go on");
        await world.SettleAsync();
        await world.Orchestrator.SendAsync(holder.Id, "go on");
        await world.SettleAsync();

        _gate.Open();
        await world.EndAllAsync(handles);

        Assert.Equal(["blocker", "holder", "returning", "new"], world.NamesOf(world.Events.Events.Where(e => e.IsTerminal)));
    }

    [Fact]
    public async Task Readmission_WhoeverWasGrantedALock_CountsAsItsHolder()
    {
        await using var world = new World(capacity: 1);
        var held = await world.Orchestrator.Locks.AcquireAsync(ResourceRequest.Exclusive("r"));
        var granted = await world.SpawnAsync(new AgentGoal("x") { Name = "granted" }, new ScriptedAgent().Acquire("r"));
        var returning = await world.SpawnAsync(new AgentGoal("x") { Name = "returning" }, new ScriptedAgent().Receive());
        await world.SettleAsync();
        var handles = new List<AgentHandle> { await BlockAsync(world), granted, returning };
        await world.Orchestrator.SendAsync(returning.Id, "go on");
        await world.SettleAsync();
        held.Dispose();
        await world.SettleAsync();

        _gate.Open();
        await world.EndAllAsync(handles);

        Assert.Equal(["blocker", "granted", "returning"], world.NamesOf(world.Events.Events.Where(e => e.IsTerminal)));
    }

    [Fact]
    public async Task Readmission_WithinAKind_GoesByPriorityThenTheEndOfTheWait()
    {
        await using var world = new World(capacity: 1);
        var handles = new List<AgentHandle>();
        foreach (var (name, priority) in new[] { ("a", AgentPriority.Medium), ("b", AgentPriority.Medium), ("c", AgentPriority.High) })
        {
            handles.Add(await world.SpawnAsync(new AgentGoal("x") { Name = name, Priority = priority }, new ScriptedAgent().Receive()));
        }

        await world.SettleAsync();
        handles.Add(await BlockAsync(world));
        await world.SettleAsync();
        foreach (var index in new[] { 1, 0, 2 })
        {
            await world.Orchestrator.SendAsync(handles[index].Id, "go on");
            await world.SettleAsync();
        }

        _gate.Open();
        await world.EndAllAsync(handles);

        Assert.Equal(["blocker", "c", "b", "a"], world.NamesOf(world.Events.Events.Where(e => e.IsTerminal)));
    }

    [Fact]
    public async Task Paused_ReturnsToItsOldPlace_AmongThoseWithAndWithoutDeadline()
    {
        await using var world = new World(capacity: 1);
        var handles = new List<AgentHandle> { await BlockAsync(world) };
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            handles.Add(await SpawnAsync(world, name));
        }

        foreach (var index in new[] { 2, 1 })
        {
            await world.Orchestrator.PauseAsync(handles[index].Id);
        }

        await world.AdvanceAsync(100);
        foreach (var index in new[] { 1, 2 })
        {
            await world.Orchestrator.ResumeAsync(handles[index].Id);
        }

        _gate.Open();
        await world.EndAllAsync(handles);

        Assert.Equal(["blocker", "a", "b", "c", "d"], world.StartOrder());
    }

    private async Task<AgentHandle> BlockAsync(World world)
    {
        var handle = await world.SpawnAsync(new AgentGoal("x") { Name = "blocker", Priority = AgentPriority.Critical }, new ScriptedAgent().Pass(_gate));
        await world.SettleAsync();
        return handle;
    }

    private static Task<AgentHandle> SpawnAsync(World world, string name, AgentPriority priority = AgentPriority.Medium, DateTimeOffset? deadline = null) =>
        world.SpawnAsync(new AgentGoal("x") { Name = name, Priority = priority, Deadline = deadline }, new ScriptedAgent());
}
