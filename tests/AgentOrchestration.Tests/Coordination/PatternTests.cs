using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

[Collection(SimulatedTimeCollection.Name)]
public sealed class PatternTests
{
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();

    [Fact]
    public async Task Parallel_RunsAllAtOnce_AndNoneSeesAnother()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(new CoordinationPattern.Parallel(), [Wait("a", 3), Wait("b", 2), Goal("c", "inputs")]);

        Assert.True(result.Succeeded);
        Assert.Equal(["a", "b", "c"], result.NamesOf());
        Assert.Equal("", result.Find("c")!.Output!.Text);
        Assert.Equal(TimeSpan.FromSeconds(3), result.Duration);
        Assert.Equal("3\n\n2", result.Output!.Text.TrimEnd());
    }

    [Fact]
    public async Task Parallel_KeepsItsNarrowerLimit()
    {
        await using var world = NewWorld(capacity: 8);

        var result = await world.RunAsync(new CoordinationPattern.Parallel(2), [.. Enumerable.Range(0, 6).Select(i => Wait($"{i}", 1))]);

        Assert.Equal(TimeSpan.FromSeconds(3), result.Duration);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => $"{i}"), world.StartOrder());
    }

    [Fact]
    public async Task Parallel_UnnamedGoals_AreNamedByPlace()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(new CoordinationPattern.Parallel(), ["x", "y"]);

        Assert.Equal(["goal 1", "goal 2"], result.NamesOf());
    }

    [Fact]
    public async Task Sequential_SeesAllBefore_AndItsOutputIsTheLast()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(new CoordinationPattern.Sequential(), [Goal("schema"), Goal("api", "inputs"), Goal("tests", "inputs")]);

        Assert.True(result.Succeeded);
        Assert.Equal("schema", result.Find("api")!.Output!.Text);
        Assert.Equal("schema,api", result.Find("tests")!.Output!.Text);
        Assert.Equal("schema,api", result.Output!.Text);
    }

    [Fact]
    public async Task Sequential_AFailure_SkipsTheRest()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(new CoordinationPattern.Sequential(), [Goal("a"), Goal("b", "fail"), Goal("c"), Goal("d")]);

        Assert.False(result.Succeeded);
        Assert.Equal(["a", "b"], result.NamesOf());
        Assert.Equal([("c", SkipReason.DependencyFailed), ("d", SkipReason.DependencyFailed)], result.SkipsOf());
        Assert.Equal("'b' failed", result.Skipped[0].Detail);
        Assert.Equal(["a", "b"], world.Events.Events.OfType<AgentSpawned>().Select(e => e.Name));
    }

    [Fact]
    public async Task Conditional_RunsTheGoalsWhoseConditionHolds()
    {
        await using var world = NewWorld();
        static AgentCondition Says(string text) => AgentConditions.That(context => context.Inputs.Single().Output!.Text == text);

        var result = await world.RunAsync(
            new CoordinationPattern.Conditional(Says("slow")),
            [new AgentGoal("slow") { Name = "diagnose" }, Goal("optimise", "inputs"), Goal("repair") with { When = Says("broken") }]);

        Assert.True(result.Succeeded);
        Assert.Equal(["diagnose", "optimise"], result.NamesOf());
        Assert.Equal("diagnose", result.Find("optimise")!.Output!.Text);
        Assert.Equal([("repair", SkipReason.ConditionNotMet)], result.SkipsOf());
        Assert.Equal([("optimise", true), ("repair", false)], result.Conditions.Select(judged => (judged.Goal, judged.Verdict.Holds)));
    }

    [Fact]
    public async Task Graph_StartsEachGoalTheMomentItsOwnDependenciesEnd()
    {
        await using var world = NewWorld(capacity: 8);

        var result = await world.RunAsync(Graph, [Wait("slow", 10), Wait("quick", 1), Wait("after quick", 1, "quick"), Wait("after both", 1, "slow", "quick")]);

        Assert.Equal(TimeSpan.FromSeconds(11), result.Duration);
        Assert.Equal(TimeSpan.FromSeconds(1), result.Find("after quick")!.Duration);
        var second = world.Orchestrator.GetStatus(result.Find("after quick")!.Id)!;
        Assert.Equal(world.Orchestrator.GetStatus(result.Find("quick")!.Id)!.CompletedAt, second.SpawnedAt);
    }

    [Fact]
    public async Task Graph_InputsAreTheDirectDependencies_InTheOrderTheyAreNamed()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(Graph, [Goal("last", "inputs", "c", "a"), Goal("a"), Goal("b", null, "a"), Goal("c", null, "b")]);

        Assert.Equal("c,a", result.Find("last")!.Output!.Text);
    }

    [Fact]
    public async Task Graph_WhatFollowsAFailure_IsSkipped_AndTheRestGoesOn()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(Graph, [Goal("a", "fail"), Goal("b"), Goal("c", null, "a"), Goal("d", null, "c", "b"), Goal("e", null, "b")]);

        Assert.False(result.Succeeded);
        Assert.Equal(["a", "b", "e"], result.NamesOf());
        Assert.Equal([("c", SkipReason.DependencyFailed), ("d", SkipReason.DependencyFailed)], result.SkipsOf());
    }

    [Fact]
    public async Task Graph_WhatFollowsASkipThatIsNotNeeded_IsNotNeeded_AndTheRunSucceeds()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(Graph, [Goal("a"), Goal("b", null, "a") with { When = AgentConditions.That(_ => false) }, Goal("c", null, "b")]);

        Assert.True(result.Succeeded);
        Assert.Equal([("b", SkipReason.ConditionNotMet), ("c", SkipReason.NotNeeded)], result.SkipsOf());
    }

    [Fact]
    public async Task Graph_AConditionForAfterFailure_IsAskedThen()
    {
        await using var world = NewWorld();
        var failed = AgentConditions.That(context => context.Inputs.Any(input => !input.Succeeded)) with { AfterFailure = true };

        var result = await world.RunAsync(Graph, [Goal("build", "fail"), Goal("ship", null, "build"), Goal("repair", "inputs", "build") with { When = failed }]);

        Assert.Equal("build", result.Find("repair")!.Output!.Text);
        Assert.Equal([("ship", SkipReason.DependencyFailed)], result.SkipsOf());
        Assert.False(result.Succeeded);
    }

    [Fact]
    public async Task AConditionThatThrows_FailsItsGoal_AndNotTheRun()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(Graph, [Goal("a"), Goal("b", null, "a") with { When = AgentConditions.That(_ => throw new InvalidOperationException("no idea")) }, Goal("c", null, "a")]);

        var failed = result.Find("b")!;
        Assert.Equal((AgentState.Failed, AgentErrorCodes.ConditionFailed), (failed.State, failed.Error!.Code));
        Assert.Contains("no idea", failed.Error.Message);
        Assert.Equal(0, failed.Attempts);
        Assert.True(result.Find("c")!.Succeeded);
    }

    [Fact]
    public async Task ACondition_SeesTheResultsSoFar_AndTheServicesOfTheHost()
    {
        await using var world = NewWorld();
        var seen = "";
        var condition = AgentConditions.That((context, _) =>
        {
            seen = string.Join(",", context.Results.Select(result => result.Goal.Name));
            return ValueTask.FromResult(new ConditionVerdict(context.Services is not null && context.Goal.Name == "c", "because"));
        });

        var result = await world.RunAsync(Graph, [Goal("a"), Goal("b", null, "a"), Goal("c", null, "b") with { When = condition }]);

        Assert.Equal("a,b", seen);
        Assert.Equal("because", Assert.Single(result.Conditions).Verdict.Reason);
        Assert.Equal("because", Assert.Single(world.Events.Events.OfType<RunConditionJudged>()).Reason);
    }

    [Fact]
    public async Task ANamedCondition_IsTakenFromTheRegistration()
    {
        await using var world = NewWorld(configure: options => options.AddCondition("never", (_, _) => ValueTask.FromResult<ConditionVerdict>(false)));

        var result = await world.RunAsync(new CoordinationPattern.Conditional(new AgentCondition.Named("never")), [Goal("a"), Goal("b")]);

        Assert.Equal([("b", SkipReason.ConditionNotMet)], result.SkipsOf());
    }

    [Fact]
    public async Task BestOf_TriesTheGoalWithSeveralAgents_AndKeepsEveryCandidateVisible()
    {
        await using var world = NewWorld(configure: options => options
            .AddAgent("short", (_, _) => Task.FromResult<AgentOutput>("x"))
            .AddAgent("long", (_, _) => Task.FromResult<AgentOutput>("xxxxx")));

        var result = await world.RunAsync(
            new CoordinationPattern.BestOf(3, CandidateJudge.Score(candidate => candidate.Output!.Text.Length), ["short", "long", "fail"]), [Goal("draft")]);

        Assert.True(result.Succeeded);
        Assert.Equal("xxxxx", result.Output!.Text);
        Assert.Equal(
            [("draft #1", 1, false), ("draft #2", 5, true), ("draft #3", null, false)],
            result.Comparison.Select(candidate => (candidate.Name, candidate.Score, candidate.IsChosen)));
        Assert.Equal("it did not succeed", result.Comparison[2].Reason);
    }

    [Fact]
    public async Task OneRun_CanBeFollowed_FromItsStartToItsLastEvent()
    {
        await using var world = NewWorld();
        var run = await world.Orchestrator.StartAsync(Graph, [Goal("a"), Goal("b", "fail", "a"), Goal("c", null, "b")], new OrchestrationRunOptions { Name = "nightly" });
        await world.EndAsync(run);

        var watched = new List<AgentEvent>();
        await foreach (var e in run.Watch())
        {
            watched.Add(e);
        }

        Assert.Equal(
            ["run:started", "agent:spawned", "agent:started", "agent:completed", "agent:spawned", "agent:started", "agent:failed", "run:skipped", "run:completed"],
            watched.Select(e => e.EventKind));
        Assert.All(watched, e => Assert.Equal(run.Id, e.RunId));
        Assert.Equal("nightly", run.Name);
        var last = Assert.IsType<RunCompleted>(watched[^1]);
        Assert.Equal((false, 2, 1), (last.Succeeded, last.Ended, last.Skipped));
    }

    [Fact]
    public async Task ASubscriptionToARun_EndsWithIt_AlsoThatToABatch()
    {
        await using var world = NewWorld();
        var run = await world.Orchestrator.StartAsync(Graph, [Wait("a", 1)]);
        var handles = await world.Orchestrator.SpawnParallelAsync([Wait("b", 2), Wait("c", 1)]);
        var batch = world.Orchestrator.GetStatus(handles[0].Id)!.RunId!.Value;
        var both = new[] { ReadAsync(run.Id), ReadAsync(batch) };

        var read = await world.Time.RunUntilAsync(Task.WhenAll(both)).WaitAsync(World.Hang);

        Assert.IsType<RunCompleted>(read[0][^1]);
        Assert.Equal(handles[0].Id, Assert.IsType<AgentCompleted>(read[1][^1]).AgentId);
        Assert.Single(read[1].OfType<AgentCompleted>(), e => e.AgentId == handles[1].Id);

        // Ended and forgotten: it ends at once.
        Assert.Equal(read[0].Select(e => e.Sequence), (await ReadAsync(run.Id).WaitAsync(World.Hang)).Select(e => e.Sequence));

        async Task<List<AgentEvent>> ReadAsync(RunId id)
        {
            var events = new List<AgentEvent>();
            await foreach (var e in world.Orchestrator.Subscribe(new EventFilter { Run = id, After = 0 }))
            {
                events.Add(e);
            }

            return events;
        }
    }
}
