using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>Circles over a run that an agent awaits: it needs one of the run's agents to be able to move.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class RunDeadlockTests
{
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();
    private static readonly ResourceRequest Report = ResourceRequest.Exclusive("report");

    [Fact]
    public async Task INV12_WaitForARunWhoseOnlyGoalWantsWhatTheAgentHolds_IsRefused_AndItMayReleaseItAndStartAnew()
    {
        await using var world = TakingWorld(capacity: 1);
        var lead = await LeadAsync(world, async context =>
        {
            var guard = await context.Locks.AcquireAsync(Report);

            var refused = await Assert.ThrowsAsync<ResourceDeadlockException>(() => world.Orchestrator.RunAsync(Graph, [Goal("write") with { Resources = [Report] }], new() { Name = "nightly" }));

            Assert.Equal(["lead", "write"], refused.Cycle.Select(link => link.Name));
            Assert.Contains("'lead' would wait for an agent of run 'nightly' namely 'write', which waits for named:report held by 'lead'", refused.Message, StringComparison.Ordinal);
            guard.Dispose();
            Assert.True((await world.Orchestrator.RunAsync(Graph, [Goal("write again") with { Resources = [Report] }])).Succeeded);
        });

        Assert.Equal(AgentState.Completed, (await world.EndAsync(lead)).State);
        var cancelled = Assert.Single(world.Events.Events.OfType<AgentCancelled>());
        Assert.Contains("the wait for it was refused", cancelled.Reason, StringComparison.Ordinal);
        Assert.Single(world.Events.Events.OfType<DeadlockRefused>());
    }

    [Fact]
    public async Task INV12_GoalThatComesToWantWhatTheWaitingAgentHolds_IsRefusedItself()
    {
        await using var world = TakingWorld(capacity: 1);
        OrchestrationResult? result = null;
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            result = await world.Orchestrator.RunAsync(Graph, [Goal("read"), Take("write", "read"), Goal("claim", null, "read") with { Resources = [Report] }]);
        });

        Assert.Equal(AgentState.Completed, (await world.EndAsync(lead)).State);
        Assert.True(result!.Find("read")!.Succeeded);

        // While one of the two could still move, the other was let wait.
        Assert.Equal([AgentErrorCodes.ResourceDeadlock, AgentErrorCodes.ResourceDeadlock], result.Results.Skip(1).Select(ended => ended.Error!.Code));
        Assert.Contains("which waits for an agent of run " + result.RunId, result.Find("claim")!.Error!.Message + result.Find("write")!.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task INV12_NobodyIsRefused_WhileASiblingMayStillFailFast()
    {
        await using var world = TakingWorld();
        OrchestrationResult? result = null;
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            result = await world.Orchestrator.RunAsync(Graph, [Take("stuck"), Wait("a", 5), Goal("b", "fail", "a")], new() { Failure = new FailurePolicy.FailFast() });
        });

        Assert.Equal(AgentState.Completed, (await world.EndAsync(lead)).State);
        Assert.Equal(AgentState.Cancelled, result!.Find("stuck")!.State);
        Assert.Equal(AgentState.Failed, result.Find("b")!.State);
        Assert.Empty(world.Events.Events.OfType<DeadlockRefused>());
    }

    [Fact]
    public async Task INV12_WhenTheLastThatCouldMoveEnds_TheYoungestWaitIsRefused()
    {
        await using var world = TakingWorld();
        OrchestrationResult? result = null;
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            result = await world.Orchestrator.RunAsync(Graph, [Wait("a", 5), Wait("b", 1), Take("stuck", "b")]);
        });
        await world.AdvanceAsync(3);
        Assert.Empty(world.Events.Events.OfType<DeadlockRefused>());

        await world.EndAsync(lead);

        Assert.Equal([AgentState.Completed, AgentState.Completed, AgentState.Failed], result!.Results.Select(ended => ended.State));
        Assert.Equal(AgentErrorCodes.ResourceDeadlock, result.Find("stuck")!.Error!.Code);
        Assert.Equal(TimeSpan.FromSeconds(5), result.Duration);
    }

    [Fact]
    public async Task INV12_NobodyIsRefused_WhileAConditionIsJudged()
    {
        await using var world = TakingWorld();
        OrchestrationResult? result = null;
        var verdict = new TaskCompletionSource<ConditionVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            result = await world.Orchestrator.RunAsync(Graph, [Wait("a", 1), Take("stuck", "a"), Goal("c", null, "a") with { When = AgentConditions.That((_, _) => new ValueTask<ConditionVerdict>(verdict.Task)) }]);
        });
        await world.AdvanceAsync(3);
        Assert.Empty(world.Events.Events.OfType<DeadlockRefused>());

        verdict.SetResult(new ConditionVerdict(Holds: false));
        await world.EndAsync(lead);

        Assert.Equal(AgentErrorCodes.ResourceDeadlock, result!.Find("stuck")!.Error!.Code);
        Assert.Equal([("c", SkipReason.ConditionNotMet)], result.SkipsOf());
    }

    [Fact]
    public async Task INV12_NobodyIsRefused_WhileAVoteIsCounted()
    {
        await using var world = TakingWorld();
        OrchestrationResult? result = null;
        using var counted = new ManualResetEventSlim();
        var counting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            result = await world.Orchestrator.RunAsync(Graph, [Take("stuck"), Wait("a", 1), Wait("b", 1)], new()
            {
                Aggregator = ResultAggregator.Majority(_ =>
                {
                    counting.TrySetResult();
                    counted.Wait(World.Hang);
                    return "same";
                }),
            });
        });

        // Not awaited: the simulation sees a thread at work while the vote is counted, and waits for it.
        var time = world.AdvanceAsync(3);
        await counting.Task.WaitAsync(World.Hang);
        Assert.Empty(world.Events.Events.OfType<DeadlockRefused>());

        counted.Set();
        await time;
        await world.EndAsync(lead);

        Assert.True(result!.Succeeded);
        Assert.Equal(AgentState.Cancelled, result.Find("stuck")!.State);
        Assert.Empty(world.Events.Events.OfType<DeadlockRefused>());
    }

    [Fact]
    public async Task INV12_NobodyIsRefused_WhileAChildOfAnAgentOfTheRunMayAddGoals()
    {
        await using var world = TakingWorld(configure: options => options.AddAgent("parent", async (context, _) =>
        {
            await context.SpawnAsync("child", new ScriptedAgent().Delay(TimeSpan.FromSeconds(3)).Do(async (child, _) => await child.AddGoalsAsync([Goal("added")])));
            await context.Locks.AcquireAsync(Report);
            return "taken";
        }));
        OrchestrationResult? result = null;
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            result = await world.Orchestrator.RunAsync(Graph, [Goal("parent", "parent")], new() { Failure = new FailurePolicy.Quorum(1) });
        });

        await world.EndAsync(lead);

        // What the child added reached the quorum.
        Assert.True(result!.Succeeded);
        Assert.Equal(["parent", "added"], result.NamesOf());
        Assert.Empty(world.Events.Events.OfType<DeadlockRefused>());
    }

    [Fact]
    public async Task INV12_CircleOverTwoRuns_IsRefused()
    {
        World world = null!;
        world = TakingWorld(capacity: 1, options => options.AddAgent("inner", async (_, _) => (await world.Orchestrator.RunAsync(Graph, [Wait("a", 1), Take("write", "a")])).Succeeded ? "yes" : "no"));
        await using var _ = world;
        OrchestrationResult? result = null;
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            result = await world.Orchestrator.RunAsync(Graph, [Goal("inner", "inner")]);
        });

        Assert.Equal(AgentState.Completed, (await world.EndAsync(lead)).State);
        Assert.Equal("no", result!.Find("inner")!.Output!.Text);
        Assert.Equal("write", Assert.Single(world.NamesOf(world.Events.Events.OfType<AgentFailed>())));
    }

    [Fact]
    public async Task INV12_GoalThatWouldWaitForAPlaceInAGroupForEver_IsRefused()
    {
        await using var world = TakingWorld();
        OrchestrationResult? result = null;
        var member = await world.SpawnAsync(new AgentGoal("x") { Name = "member", ConcurrencyGroup = "coders" }, new ScriptedAgent().Receive().Acquire("report"));
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            await world.Orchestrator.SendAsync(member.Id, "go on");
            result = await world.Orchestrator.RunAsync(Graph, [Wait("a", 1), Goal("code", null, "a") with { ConcurrencyGroup = "coders" }]);
        });

        Assert.Equal(AgentState.Completed, (await world.EndAsync(lead)).State);
        Assert.Equal(AgentState.Completed, (await world.EndAsync(member)).State);
        Assert.Equal(AgentErrorCodes.ResourceDeadlock, result!.Find("code")!.Error!.Code);
        Assert.Contains("'code' would wait for a place in group 'coders' held by 'member', which waits for named:report held by 'lead'", result.Find("code")!.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task INV12_GoalInLineForAGroup_IsRefusedWhenItIsTheYoungestOfThoseWhoBecomeStuck()
    {
        await using var world = TakingWorld();
        OrchestrationResult? result = null;
        var member = await world.SpawnAsync(new AgentGoal("x") { Name = "member", ConcurrencyGroup = "coders" }, new ScriptedAgent().Receive().Acquire("report"));
        var lead = await LeadAsync(world, async context =>
        {
            await context.Locks.AcquireAsync(Report);
            await world.Orchestrator.SendAsync(member.Id, "go on");
            result = await world.Orchestrator.RunAsync(Graph, [Wait("slow", 5), Wait("a", 1), Goal("code", null, "a") with { ConcurrencyGroup = "coders" }]);
        });
        await world.AdvanceAsync(3);
        Assert.Equal(AgentWaitKind.Group, Assert.Single(world.Orchestrator.ListAgents(), status => status.Name == "code").WaitingFor!.Kind);

        await world.EndAllAsync(lead, member);

        Assert.Equal(AgentErrorCodes.ResourceDeadlock, result!.Find("code")!.Error!.Code);
        Assert.True(result.Find("slow")!.Succeeded);
        Assert.Equal("code", Assert.Single(world.NamesOf(world.Events.Events.OfType<AgentFailed>())));
    }

    [Fact]
    public async Task Explain_GoesFromTheAgentThatAwaitsARunToOneOfItsAgents()
    {
        await using var world = TakingWorld();
        var held = await world.Orchestrator.Locks.AcquireAsync(Report);
        var lead = await LeadAsync(world, async _ => await world.Orchestrator.RunAsync(Graph, [Goal("a"), Take("write", "a")], new() { Name = "nightly" }));
        await world.AdvanceAsync(4);

        Assert.Equal("lead: 4 s for its children, namely write, which waits 4 s for named:report, held by host, which is running", world.Orchestrator.Explain(lead.Id)!.ToString());
        var edge = Assert.Single(world.Orchestrator.Locks.Snapshot().Dependencies);
        Assert.Equal(("lead", "an agent of run 'nightly'", "write"), (edge.Name, edge.WaitsFor, edge.On));

        held.Dispose();
        await world.EndAsync(lead);
        Assert.Empty(world.Orchestrator.Locks.Snapshot().Dependencies);
    }

    private static AgentGoal Take(string name, params string[] after) => Goal(name, "take", after);

    private static World TakingWorld(int capacity = 4, Action<AgentOrchestrationOptions>? configure = null) => NewWorld(capacity, options =>
    {
        options.AddAgent("take", async (context, _) =>
        {
            await context.Locks.AcquireAsync(Report);
            return "taken";
        });
        configure?.Invoke(options);
    });

    private static Task<AgentHandle> LeadAsync(World world, Func<AgentContext, Task> run) =>
        world.SpawnAsync(new AgentGoal("x") { Name = "lead" }, new ScriptedAgent().Do((context, _) => run(context)));
}
