using AgentOrchestration.Tests.Testing;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>The table "When a run has succeeded" of docs/concepts/coordination.md, row by row.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class SucceededTests
{
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();
    private static readonly CoordinationPattern Parallel = new CoordinationPattern.Parallel();
    private static readonly CoordinationPattern Sequential = new CoordinationPattern.Sequential();
    private static readonly CoordinationPattern Team = new CoordinationPattern.SupervisorWorker("boss");
    private static readonly AgentCondition Never = AgentConditions.That(_ => false);
    private static readonly FailurePolicy FailFast = new FailurePolicy.FailFast();
    private static readonly CandidateJudge Best = CandidateJudge.Score(_ => 1);
    private static readonly CandidateJudge Nobody = CandidateJudge.Custom((_, _) => ValueTask.FromResult(new JudgeVerdict(Chosen: null)));
    private static readonly ResultAggregator Broken = ResultAggregator.Custom((_, _) => throw new InvalidOperationException("broken"));

    private static readonly Dictionary<string, (CoordinationPattern Pattern, AgentGoal[] Goals, OrchestrationRunOptions? Options, bool Succeeds)> Runs = new(StringComparer.Ordinal)
    {
        ["parallel"] = (Parallel, [Goal("a"), Goal("b")], null, true),
        ["parallel, one failed"] = (Parallel, [Goal("a"), Goal("b", "fail")], null, false),
        ["parallel, one without its criteria"] = (Parallel, [Goal("a"), Goal("b", "sloppy") with { SuccessCriteria = ["good"] }], null, false),
        ["sequential"] = (Sequential, [Goal("a"), Goal("b")], null, true),
        ["sequential, one failed and the rest skipped"] = (Sequential, [Goal("a", "fail"), Goal("b")], null, false),
        ["conditional, one not needed"] = (new CoordinationPattern.Conditional(Never), [Goal("a"), Goal("b")], null, true),
        ["conditional, the first failed"] = (new CoordinationPattern.Conditional(Never), [Goal("a", "fail"), Goal("b")], null, false),
        ["graph, what follows one that was not needed"] = (Graph, [Goal("a"), Goal("b") with { When = Never }, Goal("c", null, "a", "b")], null, true),
        ["graph, what follows one that failed too"] = (Graph, [Goal("a", "fail"), Goal("b") with { When = Never }, Goal("c", null, "a", "b")], null, false),
        ["graph, a condition that threw"] = (Graph, [Goal("a"), Goal("b") with { When = AgentConditions.That(_ => throw new InvalidOperationException("broken")) }], null, false),
        ["supervisor, a worker failed and one was not used"] = (Team, [Goal("boss", "delegates"), Goal("worker", "fail"), Goal("idle")], null, true),
        ["supervisor failed"] = (Team, [Goal("boss", "fail"), Goal("worker")], null, false),
        ["best of, a loser failed"] = (new CoordinationPattern.BestOf(2, Best, ["default", "fail"]), [Goal("a")], null, true),
        ["best of, all failed"] = (new CoordinationPattern.BestOf(2, Best, ["fail"]), [Goal("a")], null, false),
        ["best of, none picked"] = (new CoordinationPattern.BestOf(2, Nobody), [Goal("a")], null, false),
        ["first success, the others cancelled or failed"] = (Parallel, [Wait("a", 1), Wait("b", 9), Goal("c", "fail")], new() { Aggregator = ResultAggregator.FirstSuccess }, true),
        ["majority, the minority lost"] = (Parallel, [Wait("a", 1), Wait("b", 1), Wait("c", 2)], new() { Aggregator = ResultAggregator.Majority() }, true),
        ["quorum, one failed and one cancelled"] = (Parallel, [Goal("a"), Goal("b", "fail"), Goal("c"), Wait("d", 9)], new() { Failure = new FailurePolicy.Quorum(2) }, true),
        ["quorum, one skipped"] = (Graph, [Goal("a"), Goal("b", "fail"), Goal("c", null, "b")], new() { Failure = new FailurePolicy.Quorum(1) }, true),
        ["quorum, out of reach"] = (Parallel, [Goal("a"), Goal("b", "fail"), Goal("c", "fail")], new() { Failure = new FailurePolicy.Quorum(2) }, false),
        ["quorum, none picked"] = (Parallel, [Goal("a"), Goal("b")], new() { Failure = new FailurePolicy.Quorum(1), Aggregator = new ResultAggregator.Judged(Nobody) }, false),
        ["fail fast, no failure"] = (Graph, [Goal("a"), Goal("b") with { When = Never }], new() { Failure = FailFast }, true),
        ["fail fast, a failure"] = (Parallel, [Goal("a"), Wait("b", 1), Goal("c", "fail")], new() { Failure = FailFast }, false),
        ["fail fast, a failure beside one that could be picked"] = (Parallel, [Goal("a"), Goal("b", "fail")], new() { Failure = FailFast, Aggregator = new ResultAggregator.Judged(Best) }, false),
        ["aggregator failed"] = (Parallel, [Goal("a")], new() { Aggregator = Broken }, false),
        ["judge failed, with a quorum"] = (Parallel, [Goal("a")], new()
        {
            Failure = new FailurePolicy.Quorum(1),
            Aggregator = new ResultAggregator.Judged(CandidateJudge.Custom((_, _) => throw new InvalidOperationException("broken"))),
        }, false),
    };

    public static TheoryData<string> Rows => [.. Runs.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task ARun_HasSucceeded_AsTheTableSays(string name)
    {
        await using var world = NewWorld(configure: static options => options
            .AddAgent("sloppy", static (context, _) =>
            {
                context.ReportCriterion(0, CriterionVerdict.NotMet);
                return Task.FromResult<AgentOutput>("done");
            })
            .AddAgent("delegates", static async (context, _) => (await context.WaitForAsync(await context.DelegateAsync("worker"))).State.ToString()));
        var (pattern, goals, options, succeeds) = Runs[name];

        var result = await world.RunAsync(pattern, goals, options);

        Assert.Equal(succeeds, result.Succeeded);
        Assert.Equal(options?.Aggregator == Broken || name.StartsWith("judge failed", StringComparison.Ordinal), result.Error is not null);
    }

    [Fact]
    public async Task ARunThatIsCancelledWhenAllItsGoalsHadSucceeded_HasNotSucceeded()
    {
        await using var world = NewWorld();
        var closing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = await world.Orchestrator.StartAsync(Parallel, [Goal("a")], new()
        {
            Aggregator = ResultAggregator.Custom(async (_, stop) =>
            {
                closing.SetResult();
                await Task.Delay(Timeout.Infinite, stop);
                return "never";
            }),
        });
        await closing.Task.WaitAsync(World.Hang);

        await run.CancelAsync();

        var result = await world.EndAsync(run);
        Assert.True(result.Find("a")!.Succeeded);
        Assert.False(result.Succeeded);
    }
}
