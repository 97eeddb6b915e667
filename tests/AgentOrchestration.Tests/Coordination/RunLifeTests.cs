using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

[Collection(SimulatedTimeCollection.Name)]
public sealed class RunLifeTests
{
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();

    [Fact]
    public async Task CancelAsync_CancelsAgents_SkipsTheRest_AndKeepsWhatThereIs()
    {
        await using var world = NewWorld();
        var run = await world.Orchestrator.StartAsync(Graph, [Wait("a", 1), Wait("b", 9), Goal("c", null, "b")]);
        await world.AdvanceAsync(5);

        Assert.True(await run.CancelAsync("enough"));

        var result = await world.EndAsync(run);
        Assert.Equal((true, false, "enough"), (result.Cancelled, result.Succeeded, result.StopReason));
        Assert.Equal([AgentState.Completed, AgentState.Cancelled], result.Results.Select(ended => ended.State));
        Assert.Equal("enough", result.Find("b")!.CancelReason);
        Assert.Equal([("c", SkipReason.RunStopped)], result.SkipsOf());
        Assert.False(await run.CancelAsync());
    }

    [Fact]
    public async Task ATokenGivenToStartAsync_EndsTheAcceptanceOnly()
    {
        await using var world = NewWorld();
        using var source = new CancellationTokenSource();
        var run = await world.Orchestrator.StartAsync(Graph, [Wait("a", 1)], cancellationToken: source.Token);
        await source.CancelAsync();

        Assert.True((await world.EndAsync(run)).Succeeded);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await world.Orchestrator.StartAsync(Graph, [Wait("a", 1)], cancellationToken: source.Token));
    }

    [Fact]
    public async Task ATokenGivenToRunAsync_CancelsTheRun_WhichStillGivesItsResults()
    {
        await using var world = NewWorld();
        using var source = new CancellationTokenSource();
        var running = world.Orchestrator.RunAsync(Graph, [Wait("a", 1), Wait("b", 9)], cancellationToken: source.Token);
        await world.AdvanceAsync(5);
        await source.CancelAsync();

        var result = await world.Time.RunUntilAsync(running).WaitAsync(World.Hang);

        Assert.True(result.Cancelled);
        Assert.True(result.Find("a")!.Succeeded);
        Assert.Equal("the caller's token was cancelled", result.StopReason);
        Assert.True((await world.Time.RunUntilAsync(world.Orchestrator.RunAsync(Graph, [Wait("a", 1)], cancellationToken: source.Token)).WaitAsync(World.Hang)).Cancelled);
    }

    [Fact]
    public async Task GoalsOfARun_DoNotCountAgainstTheQueue_AndLeaveRoomForTheHost()
    {
        await using var world = NewWorld(capacity: 1, options => options.MaxQueuedAgents = 2);
        var run = await world.Orchestrator.StartAsync(new CoordinationPattern.Parallel(), [.. Enumerable.Range(0, 20).Select(i => Wait($"{i}", 1))]);

        var handle = await world.Orchestrator.SpawnAsync(Goal("host"));

        Assert.True((await world.EndAsync(handle)).Succeeded);
        Assert.True((await world.EndAsync(run)).Succeeded);
    }

    [Fact]
    public async Task ASkippedGoal_WasNeverAccepted_AndAReadyOneIsAcceptedInThatMoment()
    {
        await using var world = NewWorld();
        var run = await world.Orchestrator.StartAsync(Graph, [Wait("a", 1), Goal("b", null, "a") with { When = AgentConditions.That(_ => false) }, Wait("c", 1, "a")]);
        await world.SettleAsync();

        Assert.Equal(["a"], world.Orchestrator.ListAgents().Select(status => status.Name));
        await world.EndAsync(run);
        Assert.Equal(["a", "c"], world.Orchestrator.ListAgents(includeEnded: true).Select(status => status.Name));
    }

    [Fact]
    public async Task CancelAllAsync_CancelsRunsToo()
    {
        await using var world = NewWorld();
        var run = await world.Orchestrator.StartAsync(new CoordinationPattern.Sequential(), [Wait("a", 1), Wait("b", 1)]);
        await world.SettleAsync();

        Assert.Equal(1, await world.Orchestrator.CancelAllAsync("stop"));

        var result = await world.EndAsync(run);
        Assert.True(result.Cancelled);
        Assert.Equal([("b", SkipReason.RunStopped)], result.SkipsOf());
    }

    [Fact]
    public async Task Shutdown_LetsRunsGoOnWhileItDrains_ThenCancelsThem()
    {
        await using var world = NewWorld(configure: options => options.ShutdownDrainPeriod = TimeSpan.FromSeconds(5));
        var quick = await world.Orchestrator.StartAsync(new CoordinationPattern.Sequential(), [Wait("a", 1), Wait("b", 1), Wait("c", 1)]);
        var slow = await world.Orchestrator.StartAsync(new CoordinationPattern.Sequential(), [Wait("d", 3), Wait("e", 3), Wait("f", 3)]);
        await world.SettleAsync();

        var stopping = world.Orchestrator.StopAsync(CancellationToken.None);
        await world.SettleAsync();
        var refused = await Assert.ThrowsAsync<GoalRefusedException>(async () => await world.Orchestrator.StartAsync(Graph, [Goal("x")]));
        await world.Time.RunUntilAsync(stopping).WaitAsync(World.Hang);

        Assert.Equal(GoalRefusal.ShuttingDown, refused.Reason);
        Assert.True(quick.Completion.IsCompleted && (await quick.Completion).Succeeded);
        Assert.True(slow.Completion.IsCompleted && (await slow.Completion).Cancelled);
        Assert.Equal(["d", "e"], (await slow.Completion).NamesOf());
    }

    [Fact]
    public async Task Shutdown_WaitsForARunThatHasNoAgentAtTheMoment()
    {
        await using var world = NewWorld();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var condition = AgentConditions.That(async (_, stop) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return true;
        });
        var run = await world.Orchestrator.StartAsync(Graph, [Goal("a"), Goal("b", null, "a") with { When = condition }]);
        await asked.Task.WaitAsync(World.Hang);

        await world.Time.RunUntilAsync(world.Orchestrator.StopAsync(CancellationToken.None)).WaitAsync(World.Hang);

        Assert.True(run.Completion.IsCompleted);
        Assert.Equal([("b", SkipReason.RunStopped)], (await run.Completion).SkipsOf());
    }

    [Fact]
    public async Task AConditionThatIgnoresItsCancellation_IsLeftBehindAfterTheGracePeriod()
    {
        await using var world = NewWorld(configure: options => options.CancellationGracePeriod = TimeSpan.FromSeconds(7));
        var deaf = new TaskCompletionSource<ConditionVerdict>(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = await world.Orchestrator.StartAsync(Graph, [Goal("a") with { When = AgentConditions.That((_, _) => new ValueTask<ConditionVerdict>(deaf.Task)) }]);
        await world.SettleAsync();

        await run.CancelAsync();
        var result = await world.EndAsync(run);

        Assert.Equal(TimeSpan.FromSeconds(7), result.Duration);
        Assert.Equal([("a", SkipReason.RunStopped)], result.SkipsOf());
        deaf.SetException(new InvalidOperationException("too late"));
    }

    [Fact]
    public async Task AnAggregatorThatIsCancelledWithItsRun_LeavesTheResults()
    {
        await using var world = NewWorld();
        var aggregating = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = await world.Orchestrator.StartAsync(Graph, [Goal("a")], new OrchestrationRunOptions
        {
            Aggregator = ResultAggregator.Custom(async (_, stop) =>
            {
                aggregating.SetResult();
                await Task.Delay(Timeout.Infinite, stop);
                return "never";
            }),
        });
        await aggregating.Task.WaitAsync(World.Hang);

        Assert.True(await run.CancelAsync("enough"));

        var result = await world.EndAsync(run);
        Assert.True(result.Cancelled);
        Assert.True(result.Find("a")!.Succeeded);
        Assert.Null(result.Output);
    }

    [Fact]
    public async Task RunAsync_WithinAnAgent_GivesItsSlotBack_AndItsGoalsAreChildren()
    {
        OrchestrationResult? inner = null;
        World? host = null;
        await using var world = NewWorld(capacity: 1, options =>
        {
            options.MaxStartedAgents = 1;
            options.AddAgent("team", async (_, _) =>
            {
                inner = await host!.Orchestrator.RunAsync(new CoordinationPattern.Sequential(), [Goal("a"), Goal("b", "inputs")]);
                return inner.Output!;
            });
        });
        host = world;

        var result = await world.EndAsync(await world.Orchestrator.SpawnAsync(Goal("lead", "team")));

        Assert.Equal("a", result.Output!.Text);
        Assert.All(inner!.Results, ended => Assert.Equal(result.Id, world.Orchestrator.GetStatus(ended.Id)!.ParentId));
        Assert.Contains(world.Events.Events.OfType<AgentWaiting>(), e => e.AgentId == result.Id && e.Wait is { Kind: AgentWaitKind.Child } wait && wait.Target == inner.RunId.ToString());
    }

    [Fact]
    public async Task ARunThatAnAgentLeavesBehind_IsCancelledWithIt_AndAwaited()
    {
        OrchestrationRun? inner = null;
        World? host = null;
        await using var world = NewWorld(configure: options => options.AddAgent("careless", async (_, _) =>
        {
            inner = await host!.Orchestrator.StartAsync(new CoordinationPattern.Sequential(), [Wait("a", 9), Wait("b", 9)]);
            return "done";
        }));
        host = world;

        var result = await world.EndAsync(await world.Orchestrator.SpawnAsync(Goal("lead", "careless")));

        Assert.True(result.Succeeded);
        Assert.True(inner!.Completion.IsCompleted);
        Assert.Equal("its parent ended", (await inner.Completion).StopReason);
        Assert.Equal(["a"], (await inner.Completion).NamesOf());
    }

    [Fact]
    public async Task CancellingAnAgent_EndsTheRunItWaitsFor()
    {
        World? host = null;
        await using var world = NewWorld(configure: options => options.AddAgent("team", async (_, cancellationToken) =>
            (await host!.Orchestrator.RunAsync(new CoordinationPattern.Sequential(), [Wait("a", 9), Wait("b", 9)], cancellationToken: cancellationToken)).Output!));
        host = world;
        var handle = await world.Orchestrator.SpawnAsync(Goal("lead", "team"));
        await world.AdvanceAsync(1);

        await world.Orchestrator.CancelAsync(handle.Id, "no");
        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Cancelled, TimeSpan.FromSeconds(1)), (result.State, result.Duration));
        Assert.Equal(AgentState.Cancelled, Assert.Single(world.Orchestrator.ListAgents(includeEnded: true), status => status.Name == "a").State);
        Assert.Single(world.Events.Events.OfType<RunCompleted>());
    }

    [Fact]
    public async Task AFewGoalsAddedWhileItRuns_MayFollowAnyThereAre()
    {
        await using var world = NewWorld();
        var run = await world.Orchestrator.StartAsync(Graph, [Goal("a"), Wait("b", 5)]);
        await world.AdvanceAsync(1);

        await run.AddGoalsAsync([Goal("late", "inputs", "early", "a"), Goal("early", "inputs", "a")]);
        await world.AdvanceAsync(1);

        Assert.Equal("a", (await world.Orchestrator.Subscribe(new EventFilter { Run = run.Id, After = 0, Kinds = ["agent:completed"] }).OfType<AgentCompleted>().FirstAsync(e => e.Result.Goal.Name == "early")).Result.Output!.Text);
        var result = await world.EndAsync(run);
        Assert.Equal("early,a", result.Find("late")!.Output!.Text);
        Assert.Equal(["a", "b", "late", "early"], result.Plan.Goals.Select(goal => goal.Name));
        Assert.Equal(["late", "early"], Assert.Single(world.Events.Events.OfType<RunGrown>()).Added);
        var refused = await Assert.ThrowsAsync<GoalRefusedException>(async () => await run.AddGoalsAsync([Goal("x")]));
        Assert.Equal(GoalRefusal.RunStopped, refused.Reason);
    }

    [Fact]
    public async Task AnAgentAddsGoalsToItsOwnRun_WhichGoOnAfterItsEnd()
    {
        await using var world = NewWorld(configure: options => options.AddAgent("planner", async (context, _) =>
        {
            await context.AddGoalsAsync([Goal("step 1", null, "plan"), Goal("step 2", "inputs", "step 1")]);
            return "planned";
        }));

        var result = await world.RunAsync(Graph, [Goal("plan", "planner")]);

        Assert.True(result.Succeeded);
        Assert.Equal(["plan", "step 1", "step 2"], result.NamesOf());
        Assert.All(result.Results, ended => Assert.Null(world.Orchestrator.GetStatus(ended.Id)!.ParentId));
    }

    [Fact]
    public async Task AddGoals_InAChain_GoesOnBehindItsEnd_AndUnderAFailureIsSkipped()
    {
        await using var world = NewWorld();
        var run = await world.Orchestrator.StartAsync(new CoordinationPattern.Sequential(), [Wait("a", 1), Wait("b", 1)]);
        await run.AddGoalsAsync([Goal("c", "inputs")]);
        Assert.Equal("a,b", (await world.EndAsync(run)).Output!.Text);

        var failing = await world.Orchestrator.StartAsync(new CoordinationPattern.Parallel(), [Goal("x", "fail"), Wait("y", 5)]);
        await world.AdvanceAsync(1);
        await failing.AddGoalsAsync([Goal("z")]);
        Assert.Equal(["x", "y", "z"], (await world.EndAsync(failing)).NamesOf());
    }

    [Fact]
    public async Task AddGoals_IsRefused_BeyondTheBound_WhileStopping_AndWhereThePatternCannotGrow()
    {
        await using var world = NewWorld();
        var run = await world.Orchestrator.StartAsync(Graph, [Wait("a", 5)], new OrchestrationRunOptions { MaxGoals = 2 });

        Assert.Equal(GoalRefusal.TooManyGoals, (await Assert.ThrowsAsync<GoalRefusedException>(async () => await run.AddGoalsAsync([Goal("b"), Goal("c")]))).Reason);
        await Assert.ThrowsAsync<ArgumentException>(async () => await run.AddGoalsAsync([Goal("a")]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await run.AddGoalsAsync([Goal("b", null, "nobody")]));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await run.AddGoalsAsync([Goal("b", "nobody")]));
        await run.AddGoalsAsync([Goal("b", null, "a")]);
        await run.CancelAsync();
        Assert.Equal(GoalRefusal.RunStopped, (await Assert.ThrowsAsync<GoalRefusedException>(async () => await run.AddGoalsAsync([Goal("c")]))).Reason);
        Assert.Equal(["a", "b"], (await world.EndAsync(run)).Plan.Goals.Select(goal => goal.Name));

        var best = await world.Orchestrator.StartAsync(new CoordinationPattern.BestOf(2, CandidateJudge.Majority()), [Wait("a", 5)]);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await best.AddGoalsAsync([Goal("b")]));
        await world.EndAsync(best);
    }

    [Fact]
    public async Task AddGoals_OutsideARun_IsRefused()
    {
        await using var world = NewWorld();

        var result = await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => await context.AddGoalsAsync([Goal("x")]))));

        Assert.Contains("does not belong to a run of a plan", result.Error!.Message);
    }

    [Fact]
    public async Task AChainOf100000_EndsWithoutRecursion()
    {
        const int Length = 100_000;
        await using var orchestrator = AgentOrchestrator.Create(options => options.AddAgent("default", (context, _) => Task.FromResult<AgentOutput>($"{context.Inputs.Count}")));
        var goals = new AgentGoal[Length];
        for (var i = 0; i < Length; i++)
        {
            goals[i] = new AgentGoal("x") { Name = $"g{i}" };
        }

        var options = new OrchestrationRunOptions { MaxGoals = Length };
        var result = await orchestrator.RunAsync(new CoordinationPattern.Sequential(), goals, options).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.True(result.Succeeded);
        Assert.Equal($"{Length - 1}", result.Output!.Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AChainOf100000_ThatEndsAtOnce_NeedsNoStack(bool expired)
    {
        const int Length = 100_000;
        await using var orchestrator = AgentOrchestrator.Create(options => options.AddAgent("default", (_, _) => throw new InvalidOperationException("no")));
        var after = AgentConditions.That(_ => true) with { AfterFailure = true };
        var goals = new AgentGoal[Length];
        for (var i = 0; i < Length; i++)
        {
            // Either each ends by its deadline in the moment it is accepted, although the one before failed, or the first fails and the rest are skipped.
            goals[i] = new AgentGoal("x") { Name = $"g{i}", DependsOn = i == 0 ? [] : [$"g{i - 1}"], Deadline = expired ? DateTimeOffset.UnixEpoch : null, When = expired && i % 1000 == 1 ? after : null };
        }

        var result = await orchestrator.RunAsync(Graph, goals, new OrchestrationRunOptions { MaxGoals = Length }).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.False(result.Succeeded);
        Assert.Equal(Length, result.Results.Count + result.Skipped.Count);
    }
}
