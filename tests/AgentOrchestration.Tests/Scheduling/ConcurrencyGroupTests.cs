using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class ConcurrencyGroupTests
{
    private static AgentGoal In(string? group, string name = "x", AgentPriority priority = AgentPriority.Medium) => new("x") { Name = name, ConcurrencyGroup = group, Priority = priority };

    [Fact]
    public async Task Group_AdmitsAsManyAsItsLimit_OneIfNotListed()
    {
        await using var world = new World(capacity: 8, options => options.ConcurrencyGroups["two"] = 2);
        var gate = new AgentGate();
        var handles = new List<AgentHandle>();
        foreach (var group in new[] { "two", "two", "two", "one", "one", null })
        {
            handles.Add(await world.SpawnAsync(In(group), new ScriptedAgent().Pass(gate)));
        }

        await world.SettleAsync();

        Assert.Equal([1, 1, 0, 1, 0, 1], handles.Select(handle => world.Status(handle).Attempt));
        Assert.Equal((AgentWaitKind.Group, "two"), (world.Status(handles[2]).WaitingFor!.Kind, world.Status(handles[2]).WaitingFor!.Target));
        gate.Open();
        await world.EndAllAsync(handles);
    }

    [Fact]
    public async Task Place_IsKeptWhileWaitingAndBetweenAttempts_AndGivenUpAtTheEnd()
    {
        await using var world = new World(capacity: 8);
        var first = await world.SpawnAsync(In("g", "first") with { Retry = new() { MaxAttempts = 2, InitialDelay = TimeSpan.FromSeconds(10), Jitter = 0 } }, new ScriptedAgent().ThrowOnFirst(1, new InvalidOperationException()).Receive());
        var second = await world.SpawnAsync(In("g", "second"), new ScriptedAgent());
        await world.AdvanceAsync(5);
        Assert.Equal(AgentWaitKind.Group, world.Status(second).WaitingFor!.Kind);
        await world.AdvanceAsync(50);
        Assert.Equal((AgentState.Waiting, AgentState.Idle), (world.State(first), world.State(second)));

        await world.Orchestrator.SendAsync(first.Id, "end");

        await world.EndAllAsync(first, second);
    }

    [Fact]
    public async Task Children_InheritThePlace_OfAnyAncestor()
    {
        await using var world = new World(capacity: 8);
        var handle = await world.SpawnAsync(In("g"), new ScriptedAgent()
            .Spawn(In(null), new ScriptedAgent().Spawn(In("g"), new ScriptedAgent().Return("deep")).WaitForChildren())
            .WaitForChildren());

        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
        Assert.DoesNotContain(world.Events.Events, e => e is AgentQueued);
    }

    [Fact]
    public async Task ChildInAnotherGroup_NeedsAPlaceThere()
    {
        await using var world = new World(capacity: 8);
        var gate = new AgentGate();
        var holder = await world.SpawnAsync(In("b", "holder"), new ScriptedAgent().Pass(gate));
        var parent = await world.SpawnAsync(In("a", "parent"), new ScriptedAgent().Spawn(In("b", "child"), new ScriptedAgent()).WaitForChildren());
        await world.SettleAsync();

        Assert.Equal(AgentState.Waiting, world.State(parent));
        Assert.Equal(AgentWaitKind.Group, world.Orchestrator.ListAgents().Single(status => status.Name == "child").WaitingFor!.Kind);
        gate.Open();
        await world.EndAllAsync(holder, parent);
    }

    [Fact]
    public async Task Line_GoesByPriorityThenArrival_AndCancelledAgentsLeaveIt()
    {
        await using var world = new World(capacity: 8);
        var gate = new AgentGate();
        var handles = new List<AgentHandle> { await world.SpawnAsync(In("g", "holder"), new ScriptedAgent().Pass(gate)) };
        handles.Add(await world.SpawnAsync(In("g", "low", AgentPriority.Low), new ScriptedAgent()));
        handles.Add(await world.SpawnAsync(In("g", "cancelled", AgentPriority.Critical), new ScriptedAgent()));
        handles.Add(await world.SpawnAsync(In("g", "first"), new ScriptedAgent()));
        handles.Add(await world.SpawnAsync(In("g", "second"), new ScriptedAgent()));
        handles.Add(await world.SpawnAsync(In("g", "high", AgentPriority.High), new ScriptedAgent()));
        await world.Orchestrator.CancelAsync(handles[2].Id);
        gate.Open();
        await world.EndAllAsync(handles);

        Assert.Equal(["holder", "high", "first", "second", "low"], world.StartOrder());
    }

    [Fact]
    public async Task PausedInTheLine_ItStillGetsItsPlace_AndStartsWhenResumed()
    {
        await using var world = new World(capacity: 8);
        var gate = new AgentGate();
        var holder = await world.SpawnAsync(In("g"), new ScriptedAgent().Pass(gate));
        var paused = await world.SpawnAsync(In("g"), new ScriptedAgent());
        Assert.True(await world.Orchestrator.PauseAsync(paused.Id));
        gate.Open();
        await world.EndAsync(holder);
        Assert.Equal(AgentState.Paused, world.State(paused));

        await world.Orchestrator.ResumeAsync(paused.Id);

        await world.EndAsync(paused);
    }

    [Fact]
    public async Task INV17_PlaceOfAnAgentThatMayNotStartYet_BlocksNobodyForEver()
    {
        // With one started root at a time, the child needs the place of a root that may start only after it.
        await using var world = new World(capacity: 1, options => options.MaxStartedAgents = 1);
        var gate = new AgentGate();
        var supervisor = await world.SpawnAsync(In(null, "supervisor"), new ScriptedAgent().Pass(gate).Spawn(In("g", "child"), new ScriptedAgent()).WaitForChildren());
        var other = await world.SpawnAsync(In("g", "other"), new ScriptedAgent());
        gate.Open();

        await world.EndAllAsync(supervisor, other);
    }

    [Fact]
    public async Task ManyGroups_LeaveNothingBehind()
    {
        await using var world = new World(capacity: 2);
        var handles = new List<AgentHandle>();
        for (var i = 0; i < 30; i++)
        {
            handles.Add(await world.SpawnAsync(In($"g{i % 7}"), new ScriptedAgent()));
        }

        await world.EndAllAsync(handles);
        Assert.Null(world.Orchestrator.Scheduler.Groups.FindMember("g0"));
    }
}
