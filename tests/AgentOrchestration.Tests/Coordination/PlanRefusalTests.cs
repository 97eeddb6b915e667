using AgentOrchestration.Tests.Testing;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>INV-28: a plan with an unknown name or a cycle, or anything else that makes no sense, is refused before anything starts.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class PlanRefusalTests
{
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();
    private static readonly CoordinationPattern Parallel = new CoordinationPattern.Parallel();
    private static readonly AgentCondition Named = new AgentCondition.Named("nobody");

    private static readonly Dictionary<string, (CoordinationPattern Pattern, AgentGoal[] Goals, OrchestrationRunOptions? Options, string Message)> Plans = new(StringComparer.Ordinal)
    {
        ["unknown name"] = (Graph, [Goal("a"), Goal("b", null, "a", "x")], null, "Goal 'b' depends on 'x', and no goal has that name. Names: a, b."),
        ["duplicate name"] = (Graph, [Goal("a"), Goal("a")], null, "Two goals are named 'a'"),
        ["duplicate dependency"] = (Graph, [Goal("a"), Goal("b", null, "a", "a")], null, "Goal 'b' names a dependency twice"),
        ["itself"] = (Graph, [Goal("a", null, "a")], null, "in a circle: 'a' waits for 'a'."),
        ["cycle"] = (
            Graph,
            [Goal("start"), Goal("c", null, "b"), Goal("a", null, "c"), Goal("b", null, "start", "a"), Goal("behind", null, "a"), Goal("far", null, "behind")],
            null,
            "in a circle: 'c' waits for 'b' waits for 'a' waits for 'c'. Behind it these could never start: behind, far."),
        ["no goals"] = (Parallel, [], null, "There are no goals"),
        ["dependencies elsewhere"] = (Parallel, [Goal("a"), Goal("b", null, "a")], null, "the pattern parallel makes its own order"),
        ["conditions elsewhere"] = (new CoordinationPattern.Sequential(), [Goal("a"), Goal("b") with { When = Named }], null, "the pattern sequential has no conditions"),
        ["first condition"] = (new CoordinationPattern.Conditional(Named), [Goal("a") with { When = Named }, Goal("b")], null, "'a' comes first"),
        ["no condition"] = (new CoordinationPattern.Conditional(), [Goal("a"), Goal("b")], null, "'b' has no condition"),
        ["no supervisor"] = (new CoordinationPattern.SupervisorWorker("boss"), [Goal("a"), Goal("b")], null, "No goal is named 'boss'"),
        ["worker without name"] = (new CoordinationPattern.SupervisorWorker("boss"), [Goal("boss"), "b"], null, "Goal 2 has no name, so nobody can delegate to it"),
        ["blank supervisor"] = (new CoordinationPattern.SupervisorWorker(" "), [Goal("boss")], null, "supervisor's name is blank"),
        ["no workers at once"] = (new CoordinationPattern.SupervisorWorker("boss", MaxWorkers: 0), [Goal("boss")], null, "MaxWorkers must be from 1"),
        ["no depth"] = (new CoordinationPattern.SupervisorWorker("boss", MaxDepth: 0), [Goal("boss")], null, "MaxDepth must be from 1"),
        ["no delegations"] = (new CoordinationPattern.SupervisorWorker("boss", MaxDelegations: 0), [Goal("boss")], null, "MaxDelegations must be from 1"),
        ["no concurrency"] = (new CoordinationPattern.Parallel(0), [Goal("a")], null, "MaxConcurrency must be from 1"),
        ["one candidate"] = (new CoordinationPattern.BestOf(1, CandidateJudge.Majority()), [Goal("a")], null, "Candidates must be from 2"),
        ["two goals for candidates"] = (new CoordinationPattern.BestOf(2, CandidateJudge.Majority()), [Goal("a"), Goal("b")], null, "BestOf tries one goal"),
        ["two judges"] = (new CoordinationPattern.BestOf(2, CandidateJudge.Majority()), [Goal("a")], new() { Aggregator = ResultAggregator.FirstSuccess }, "leave Aggregator null"),
        ["quorum too high"] = (Parallel, [Goal("a")], new() { Failure = new FailurePolicy.Quorum(2) }, "A quorum of 2 cannot be reached"),
        ["quorum too low"] = (Parallel, [Goal("a")], new() { Failure = new FailurePolicy.Quorum(0) }, "A quorum of 0 cannot be reached"),
        ["too many goals"] = (Parallel, [Goal("a"), Goal("b")], new() { MaxGoals = 1 }, "There are 2 goals and MaxGoals is 1"),
        ["no goals allowed"] = (Parallel, [Goal("a")], new() { MaxGoals = 0 }, "MaxGoals is 0"),
        ["blank run name"] = (Parallel, [Goal("a")], new() { Name = " " }, "Name is blank"),
        ["blank aggregator"] = (Parallel, [Goal("a")], new() { Aggregator = new ResultAggregator.Named("") }, "name of the aggregator is blank"),
        ["blank judge"] = (new CoordinationPattern.BestOf(2, new CandidateJudge.Named("")), [Goal("a")], null, "name of the judge is blank"),
        ["idempotency key"] = (Parallel, [Goal("a") with { IdempotencyKey = "k" }], null, "idempotency key"),
        ["blank description"] = (Parallel, [Goal(" ")], null, "description is blank"),
        ["blank dependency"] = (Graph, [Goal("a", null, " ")], null, "Goal 'a' depends on ' ', and no goal has that name"),
        ["no dependency"] = (Graph, [Goal("a") with { DependsOn = [null!] }], null, "Goal 'a' depends on '', and no goal has that name"),
        ["no dependencies"] = (Graph, [Goal("a") with { DependsOn = null! }], null, "the list of dependencies is null"),
        ["blank question"] = (Graph, [Goal("a") with { When = new AgentCondition.Question("") }], null, "question of its condition is blank"),
        ["blank condition"] = (Graph, [Goal("a") with { When = new AgentCondition.Named("") }], null, "name of its condition is blank"),
    };

    private static readonly Dictionary<string, (CoordinationPattern Pattern, AgentGoal[] Goals, OrchestrationRunOptions? Options, string Message)> Unregistered = new(StringComparer.Ordinal)
    {
        ["agent"] = (Parallel, [Goal("a"), Goal("b", "nobody")], null, "No agent is registered as 'nobody'"),
        ["candidate's agent"] = (new CoordinationPattern.BestOf(2, CandidateJudge.Majority(), ["default", "nobody"]), [Goal("a")], null, "No agent is registered as 'nobody'"),
        ["condition"] = (Graph, [Goal("a") with { When = Named }], null, "No condition is registered as 'nobody'"),
        ["pattern's condition"] = (new CoordinationPattern.Conditional(Named), [Goal("a"), Goal("b")], null, "No condition is registered as 'nobody'"),
        ["aggregator"] = (Parallel, [Goal("a")], new() { Aggregator = new ResultAggregator.Named("nobody") }, "No aggregator is registered as 'nobody'"),
        ["judge"] = (new CoordinationPattern.BestOf(2, new CandidateJudge.Named("nobody")), [Goal("a")], null, "No judge is registered as 'nobody'"),
        ["model for a question"] = (Graph, [Goal("a") with { When = new AgentCondition.Question("Well?") }], null, "there is no ILlmRouter"),
        ["model for a judge"] = (new CoordinationPattern.BestOf(2, new CandidateJudge.Model()), [Goal("a")], null, "there is no ILlmRouter"),
        ["model for a merge"] = (Parallel, [Goal("a")], new() { Aggregator = new ResultAggregator.Merge() }, "there is no ILlmRouter"),
    };

    public static TheoryData<string> Senseless => [.. Plans.Keys];

    public static TheoryData<string> Unknown => [.. Unregistered.Keys];

    [Theory]
    [MemberData(nameof(Senseless))]
    public async Task INV28_APlanThatMakesNoSense_IsRefused_BeforeAnythingStarts(string name)
    {
        await using var world = NewWorld();
        var (pattern, goals, options, message) = Plans[name];

        var refused = await Assert.ThrowsAnyAsync<ArgumentException>(async () => await world.Orchestrator.StartAsync(pattern, goals, options));

        Assert.Contains(message, refused.Message);
        AssertNothingHappened(world);
    }

    [Theory]
    [MemberData(nameof(Unknown))]
    public async Task INV28_APlanThatNeedsWhatIsNotThere_IsRefused_BeforeAnythingStarts(string name)
    {
        await using var world = NewWorld();
        var (pattern, goals, options, message) = Unregistered[name];

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(async () => await world.Orchestrator.StartAsync(pattern, goals, options));

        Assert.Contains(message, refused.Message);
        AssertNothingHappened(world);
    }

    [Fact]
    public async Task GoalsOutsideARun_HaveNoDependenciesAndConditions()
    {
        await using var world = NewWorld();

        Assert.Contains("DependsOn", (await Assert.ThrowsAsync<ArgumentException>(async () => await world.Orchestrator.SpawnAsync(Goal("a", null, "b")))).Message);
        Assert.Contains("When", (await Assert.ThrowsAsync<ArgumentException>(async () => await world.Orchestrator.SpawnParallelAsync([Goal("a") with { When = Named }]))).Message);
    }

    [Fact]
    public void ACycleOfMany_IsNotSpelledOutForEver()
    {
        var goals = Enumerable.Range(0, 1_000).Select(i => Goal($"g{i}", null, $"g{(i + 1) % 1_000}")).ToArray();

        var refused = Assert.Throws<ArgumentException>(() => OrchestrationPlan.Create(Graph, goals));

        Assert.Contains("'g0' waits for 'g1'", refused.Message);
        Assert.Contains("and 981 more", refused.Message);
    }

    private static void AssertNothingHappened(World world)
    {
        Assert.Empty(world.Orchestrator.ListAgents(includeEnded: true));
        Assert.Equal(0, world.Orchestrator.Scheduler.Log.LastSequence);
    }
}
