using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class IntakeTests
{
    [Fact]
    public async Task MaxQueuedAgents_BoundsWhatHasNotStarted()
    {
        await using var world = new World(capacity: 1, options => options.MaxQueuedAgents = 2);
        var gate = new AgentGate();
        var handles = new List<AgentHandle>();
        for (var i = 0; i < 3; i++)
        {
            handles.Add(await world.SpawnAsync(new ScriptedAgent().Pass(gate)));
        }

        var refused = await Assert.ThrowsAsync<GoalRefusedException>(() => world.SpawnAsync(new ScriptedAgent()));
        Assert.Equal(GoalRefusal.QueueFull, refused.Reason);
        Assert.Contains("MaxQueuedAgents", refused.Message);
        Assert.Equal(3, world.Orchestrator.ListAgents().Count);

        await world.Orchestrator.CancelAsync(handles[1].Id);
        handles.Add(await world.SpawnAsync(new ScriptedAgent()));
        gate.Open();
        await world.EndAllAsync(handles);
    }

    [Fact]
    public async Task MaxQueuedAgents_DoesNotBoundChildren()
    {
        await using var world = new World(capacity: 1, options => options.MaxQueuedAgents = 1);
        var script = new ScriptedAgent();
        for (var i = 0; i < 5; i++)
        {
            script = script.Spawn("c", new ScriptedAgent());
        }

        Assert.Equal(AgentState.Completed, (await world.EndAsync(await world.SpawnAsync(script.WaitForChildren()))).State);
    }

    [Fact]
    public async Task SpawnParallelAsync_IsAllOrNone()
    {
        await using var world = new World(capacity: 1, options =>
        {
            options.MaxQueuedAgents = 3;
            options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("x"));
        });

        await Assert.ThrowsAsync<GoalRefusedException>(async () => await world.Orchestrator.SpawnParallelAsync(["a", "b", "c", "d"]));
        var invalid = await Assert.ThrowsAsync<ArgumentException>(async () => await world.Orchestrator.SpawnParallelAsync(["a", "b", " "]));
        Assert.Equal("goals[2]", invalid.ParamName);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await world.Orchestrator.SpawnParallelAsync(["a", new AgentGoal("b") { Agent = "unknown" }]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await world.Orchestrator.SpawnParallelAsync(["a"], new CancellationToken(canceled: true)));
        Assert.Empty(world.Orchestrator.ListAgents(includeEnded: true));

        var handles = await world.Orchestrator.SpawnParallelAsync(["a", "b", "c"]);
        await world.EndAllAsync(handles);
        Assert.Equal(["a", "b", "c"], handles.Select(handle => handle.Goal.Description));
        var run = Assert.Single(handles.Select(handle => world.Status(handle).RunId).Distinct());
        Assert.NotNull(run);
        Assert.Empty(await world.Orchestrator.SpawnParallelAsync([]));
    }

    [Fact]
    public async Task IdempotencyKey_GivesTheAgentThatHasIt_UntilThatIsForgotten()
    {
        await using var world = new World();
        var runs = 0;
        var agent = new ScriptedAgent().Do(_ => Interlocked.Increment(ref runs));
        var goal = new AgentGoal("x") { IdempotencyKey = "key" };

        var first = await world.SpawnAsync(goal, agent);
        var second = await world.SpawnAsync(goal, agent);
        await world.EndAllAsync(first, second);
        var third = await world.SpawnAsync(goal, agent);

        Assert.Equal((first.Id, first.Id, 1), (second.Id, third.Id, runs));
        Assert.Equal(1, world.Orchestrator.Cleanup());
        var fourth = await world.SpawnAsync(goal, agent);
        Assert.NotEqual(first.Id, fourth.Id);
        await world.EndAsync(fourth);
    }

    [Fact]
    public async Task IdempotencyKey_OfAKnownAgent_IsAnsweredThoughTheQueueIsFull()
    {
        await using var world = new World(capacity: 1, options => options.MaxQueuedAgents = 1);
        var gate = new AgentGate();
        var goal = new AgentGoal("x") { IdempotencyKey = "key" };
        var running = await world.SpawnAsync(goal, new ScriptedAgent().Pass(gate));
        var queued = await world.SpawnAsync(new ScriptedAgent());

        var again = await world.SpawnAsync(goal, new ScriptedAgent());

        Assert.Equal(running.Id, again.Id);
        gate.Open();
        await world.EndAllAsync(running, queued);
    }

    [Fact]
    public async Task IdempotencyKey_TwiceInOneCall_IsOneAgent()
    {
        await using var world = new World(configure: options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("x")));
        var goal = new AgentGoal("x") { IdempotencyKey = "key" };

        var handles = await world.Orchestrator.SpawnParallelAsync([goal, goal, "y"]);

        Assert.Equal(handles[0].Id, handles[1].Id);
        Assert.Equal(2, world.Orchestrator.ListAgents(includeEnded: true).Count);
        await world.EndAllAsync(handles);
    }

    [Fact]
    public async Task TooDeepChild_IsRefused()
    {
        await using var world = new World(configure: options => options.MaxSpawnDepth = 1);
        GoalRefusedException? refused = null;
        var child = new ScriptedAgent().Do(async (context, _) => refused = await Assert.ThrowsAsync<GoalRefusedException>(async () => await context.SpawnAsync("grandchild", new ScriptedAgent())));

        await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Spawn("child", child).WaitForChildren()));

        Assert.Equal(GoalRefusal.TooDeep, refused!.Reason);
        Assert.Contains("MaxSpawnDepth is 1", refused.Message);
    }

    [Fact]
    public async Task UnknownAgent_IsRefused_NamingTheKnownOnes()
    {
        await using var world = new World(configure: options => options.AddAgent("b", _ => new ScriptedAgent()).AddAgent("a", _ => new ScriptedAgent()));

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(async () => await world.Orchestrator.SpawnAsync(new AgentGoal("x") { Agent = "c" }));

        Assert.Contains("'c'", exception.Message);
        Assert.Contains("a, b", exception.Message);
    }

    public static TheoryData<AgentGoal, string> InvalidGoals() => new()
    {
        { new AgentGoal(" "), "description" },
        { new AgentGoal(null!), "description" },
        { new AgentGoal("x") { Priority = (AgentPriority)0 }, "priority" },
        { new AgentGoal("x") { Priority = (AgentPriority)5 }, "priority" },
        { new AgentGoal("x") { Name = "" }, "name" },
        { new AgentGoal("x") { Agent = " " }, "agent" },
        { new AgentGoal("x") { ConcurrencyGroup = "" }, "group" },
        { new AgentGoal("x") { IdempotencyKey = "" }, "key" },
        { new AgentGoal("x") { SuccessCriteria = ["a", ""] }, "criterion" },
        { new AgentGoal("x") { SuccessCriteria = null! }, "criterion" },
        { new AgentGoal("x") { Attachments = new AIContent[] { null! } }, "attachment" },
        { new AgentGoal("x") { Tags = null! }, "tags" },
        { new AgentGoal("x") { Timeouts = null! }, "timeouts" },
        { new AgentGoal("x") { Retry = null! }, "retry" },
        { new AgentGoal("x") { Timeouts = new() { Queue = TimeSpan.Zero } }, "queue timeout" },
        { new AgentGoal("x") { Timeouts = new() { Attempt = TimeSpan.FromTicks(-1) } }, "attempt timeout" },
        { new AgentGoal("x") { Timeouts = new() { Idle = TimeSpan.Zero } }, "idle timeout" },
        { new AgentGoal("x") { Retry = new() { MaxAttempts = 0 } }, "fewer than 1" },
        { new AgentGoal("x") { Retry = new() { InitialDelay = TimeSpan.FromTicks(-1) } }, "initial delay" },
        { new AgentGoal("x") { Retry = new() { MaxDelay = TimeSpan.FromDays(366) } }, "longest delay" },
        { new AgentGoal("x") { Retry = new() { BackoffFactor = 0.5 } }, "backoff" },
        { new AgentGoal("x") { Retry = new() { BackoffFactor = double.NaN } }, "backoff" },
        { new AgentGoal("x") { Retry = new() { Jitter = 1.1 } }, "jitter" },
        { new AgentGoal("x") { Retry = new() { Jitter = double.NaN } }, "jitter" },
    };

    [Theory]
    [MemberData(nameof(InvalidGoals), DisableDiscoveryEnumeration = true)]
    public async Task InvalidGoal_IsRefused_SayingWhat(AgentGoal goal, string what)
    {
        await using var world = new World();

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => world.SpawnAsync(goal, new ScriptedAgent()));

        Assert.Contains(what, exception.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("goal", exception.ParamName);
        Assert.Empty(world.Orchestrator.ListAgents(includeEnded: true));
    }

    [Fact]
    public async Task NullGoal_IsRefused()
    {
        await using var world = new World();

        await Assert.ThrowsAsync<ArgumentNullException>(() => world.SpawnAsync(null!, new ScriptedAgent()));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await world.Orchestrator.SpawnParallelAsync(null!));
    }
}
