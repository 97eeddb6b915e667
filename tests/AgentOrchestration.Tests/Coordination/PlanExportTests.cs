using System.Text.Json;
using AgentOrchestration.Tests.Testing;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>Plans are data: they can be stored, described and drawn.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class PlanExportTests
{
    private static readonly Dictionary<string, OrchestrationPlan> Plans = new(StringComparer.Ordinal)
    {
        ["parallel"] = OrchestrationPlan.Create(new CoordinationPattern.Parallel(3), ["a", "b"], new() { Name = "nightly", MaxGoals = 7 }),
        ["sequential"] = OrchestrationPlan.Create(new CoordinationPattern.Sequential(), [Goal("a"), Goal("b", "fail")], new() { Failure = new FailurePolicy.FailFast() }),
        ["conditional"] = OrchestrationPlan.Create(
            new CoordinationPattern.Conditional(new AgentCondition.Question("Is it slow?")),
            [Goal("a"), Goal("b"), Goal("c") with { When = new AgentCondition.Named("broken") { AfterFailure = true } }],
            new() { Failure = new FailurePolicy.Quorum(2), Aggregator = new ResultAggregator.Merge("short") }),
        ["supervisor"] = OrchestrationPlan.Create(new CoordinationPattern.SupervisorWorker("boss", 2, 3, 9), [Goal("boss"), Goal("worker")], new() { Aggregator = new ResultAggregator.Last() }),
        ["graph"] = OrchestrationPlan.Create(
            new CoordinationPattern.Graph(),
            [Goal("c", null, "a", "b"), Goal("a"), Goal("b", null, "a") with { Priority = AgentPriority.High, SuccessCriteria = ["good"] }],
            new() { Aggregator = new ResultAggregator.Named("mine") }),
        ["first"] = OrchestrationPlan.Create(new CoordinationPattern.Parallel(), ["a", "b"], new() { Aggregator = ResultAggregator.FirstSuccess }),
        ["best of, by model"] = OrchestrationPlan.Create(new CoordinationPattern.BestOf(3, new CandidateJudge.Model("brevity"), ["fail", "default"]), [Goal("draft")]),
        ["best of, by name"] = OrchestrationPlan.Create(new CoordinationPattern.BestOf(2, new CandidateJudge.Named("mine")), [Goal("draft")]),
        ["best of, by majority"] = OrchestrationPlan.Create(new CoordinationPattern.BestOf(2, CandidateJudge.Majority()), [Goal("draft")]),
    };

    private static readonly Dictionary<string, (OrchestrationPlan Plan, string Message)> OfCode = new(StringComparer.Ordinal)
    {
        ["condition"] = (OrchestrationPlan.Create(new CoordinationPattern.Graph(), [Goal("a") with { When = AgentConditions.That(_ => true) }]), "the condition of goal 'a' is code. Register it with AddCondition"),
        ["pattern's condition"] = (OrchestrationPlan.Create(new CoordinationPattern.Conditional(AgentConditions.That(_ => true)), [Goal("a"), Goal("b")]), "is code. Register it with AddCondition"),
        ["unused condition"] = (OrchestrationPlan.Create(new CoordinationPattern.Conditional(AgentConditions.That(_ => true)), [Goal("a")]), "the pattern's condition is code"),
        ["aggregator"] = (OrchestrationPlan.Create(new CoordinationPattern.Parallel(), ["a"], new() { Aggregator = ResultAggregator.Custom((_, _) => ValueTask.FromResult<AgentOutput>("")) }), "its aggregator is code"),
        ["judge"] = (OrchestrationPlan.Create(new CoordinationPattern.BestOf(2, CandidateJudge.Custom((_, _) => ValueTask.FromResult(new JudgeVerdict(0)))), ["a"]), "its judge is code"),
        ["score"] = (OrchestrationPlan.Create(new CoordinationPattern.BestOf(2, CandidateJudge.Score(_ => 0)), ["a"]), "its judge is code"),
        ["normaliser"] = (OrchestrationPlan.Create(new CoordinationPattern.Parallel(), ["a"], new() { Aggregator = ResultAggregator.Majority(output => output.Text) }), "the normaliser of its majority is code"),
    };

    public static TheoryData<string> Writable => [.. Plans.Keys];

    public static TheoryData<string> Unwritable => [.. OfCode.Keys];

    [Theory]
    [MemberData(nameof(Writable))]
    public void APlan_RoundTripsAsJson(string name)
    {
        var json = JsonSerializer.Serialize(Plans[name], OrchestrationPlanJson.TypeInfo);
        var back = JsonSerializer.Deserialize(json, OrchestrationPlanJson.TypeInfo)!;

        Assert.Equal(json, JsonSerializer.Serialize(back, OrchestrationPlanJson.TypeInfo));
        Assert.Equal(Plans[name].Describe(), back.Describe());
        Assert.Equal(Plans[name].ToMermaid(), back.ToMermaid());
        Assert.Equal(Plans[name].Pattern.GetType(), back.Pattern.GetType());
        Assert.Equal(json, JsonSerializer.Serialize(Plans[name]));
    }

    [Fact]
    public void Json_IsWrittenAsPromised() => Assert.Equal(
        """{"pattern":{"type":"conditional","condition":{"type":"question","text":"Is it slow?","after_failure":false}},"failure":{"type":"quorum","required":2},"aggregator":{"type":"merge","instruction":"short"},"max_goals":10000}""",
        Without("goals", JsonSerializer.Serialize(Plans["conditional"], OrchestrationPlanJson.TypeInfo)));

    [Fact]
    public void Json_ThatLacksMembers_HasTheirDefaults()
    {
        var plan = JsonSerializer.Deserialize("""{"goals":[{"description":"x","name":"boss"}],"pattern":{"type":"supervisor_worker","supervisor":"boss"}}""", OrchestrationPlanJson.TypeInfo)!;

        Assert.Equal(new CoordinationPattern.SupervisorWorker("boss"), plan.Pattern);
        Assert.Equal(OrchestrationRunOptions.Default, plan.Options);
    }

    [Theory]
    [InlineData("""{"pattern":{"type":"graph"},"goals":[{"description":"x","depends_on":["nobody"]}]}""", "depends on 'nobody'")]
    [InlineData("""{"pattern":{"type":"round_table"},"goals":[{"description":"x"}]}""", "round_table")]
    [InlineData("""{"pattern":{"type":"best_of","candidates":3},"goals":[{"description":"x"}]}""", "judge")]
    [InlineData("""{"pattern":{"type":"graph"}}""", "goals")]
    public void Json_ThatIsNoPlan_IsRefused(string json, string says) =>
        Assert.Contains(says, Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, OrchestrationPlanJson.TypeInfo)).Message);

    [Theory]
    [MemberData(nameof(Unwritable))]
    public void APlanWithCode_IsRefused_AndSaysWhatToDo(string name) =>
        Assert.Contains(OfCode[name].Message, Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(OfCode[name].Plan, OrchestrationPlanJson.TypeInfo)).Message);

    [Fact]
    public async Task APlanThatWasStored_RunsAsTheOneItWas()
    {
        await using var world = NewWorld(configure: options => options.AddCondition("yes", (_, _) => ValueTask.FromResult<ConditionVerdict>(true)));
        var json = JsonSerializer.Serialize(
            OrchestrationPlan.Create(new CoordinationPattern.Graph(), [Goal("b", "inputs", "a") with { When = new AgentCondition.Named("yes") }, Goal("a")]), OrchestrationPlanJson.TypeInfo);

        var result = await world.Time.RunUntilAsync(world.Orchestrator.RunAsync(JsonSerializer.Deserialize(json, OrchestrationPlanJson.TypeInfo)!)).WaitAsync(World.Hang);

        Assert.True(result.Succeeded);
        Assert.Equal("a", result.Find("b")!.Output!.Text);
        Assert.Equal(json, JsonSerializer.Serialize(result.Plan, OrchestrationPlanJson.TypeInfo));
    }

    [Fact]
    public void AnEventOfAGoalWithCode_IsStillWritten()
    {
        var json = JsonSerializer.Serialize(new AgentSpawned(1, default, Goal("a", null, "b") with { When = AgentConditions.That(_ => true) }, "a"), AgentEventJson.TypeInfo);

        Assert.Contains("\"depends_on\":[\"b\"]", json);
        Assert.DoesNotContain("when", json);
    }

    [Fact]
    public void Describe_TellsWhatWouldBeDone_InAnOrderInWhichItMayStart() => Assert.Equal(
        """
        run: graph, 3 goals, longest path 3, continue after a failure, output: 'mine'
        1. a: agent 'default', Medium, at once
        2. b: agent 'default', High, after a
        3. c: agent 'default', Medium, after a, b

        """,
        Plans["graph"].Describe());

    [Fact]
    public void Describe_NamesConditionsAndLimits()
    {
        Assert.Contains("3. c: agent 'default', Medium, after a, if 'broken', even after a failure", Plans["conditional"].Describe());
        Assert.DoesNotContain("Is it slow", Plans["conditional"].Describe());
        Assert.StartsWith("nightly: parallel, 2 goals, longest path 1, continue after a failure, output: collect, at most 3 at a time\n", Plans["parallel"].Describe(), StringComparison.Ordinal);
        Assert.Contains("at most 2 workers at a time, 3 levels, 9 delegations", Plans["supervisor"].Describe());
        Assert.Contains("2. worker: agent 'default', Medium, when the supervisor delegates to it", Plans["supervisor"].Describe());
    }

    [Fact]
    public void ToMermaid_DrawsThePlan_AndEscapesNames() => Assert.Equal(
        """
        flowchart TD
            n0["a #quot;b#quot; #lt;c#gt; #35;d"]
            n1["e"]
            n0 -->|"if 'slow'"| n1
            output(["judge: model"])
            n1 --> output

        """,
        OrchestrationPlan.Create(
            new CoordinationPattern.Graph(),
            [Goal("a \"b\" <c> #d"), Goal("e", null, "a \"b\" <c> #d") with { When = new AgentCondition.Named("slow") }],
            new() { Aggregator = new ResultAggregator.Judged(new CandidateJudge.Model()) }).ToMermaid());

    [Fact]
    public async Task ToMermaid_OfAFinishedRun_HasStatesAndDurations()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(
            new CoordinationPattern.Graph(), [Wait("a", 1.5), Goal("b", "fail", "a"), Goal("c", null, "b"), Wait("d", 60)], new() { Failure = new FailurePolicy.FailFast() });

        Assert.StartsWith(
            """
            flowchart TD
                n0["a<br/>completed in 1.5 s"]:::completed
                n1["b<br/>failed in 0 s"]:::failed
                n2["c<br/>skipped"]:::skipped
                n3["d<br/>cancelled in 1.5 s"]:::cancelled
                n0 --> n1
                n1 --> n2
                classDef completed
            """,
            result.ToMermaid(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task ToMermaid_ShowsDelegationAndChoice()
    {
        await using var world = NewWorld(configure: options => options.AddAgent("boss", async (context, _) =>
            (await context.WaitForAllAsync([await context.DelegateAsync("echo"), await context.DelegateAsync("echo")]))[0].Output!));

        var team = await world.RunAsync(new CoordinationPattern.SupervisorWorker("boss"), [Goal("boss", "boss"), Goal("echo"), Goal("idle")]);
        var best = await world.RunAsync(new CoordinationPattern.BestOf(2, CandidateJudge.Score(_ => 1)), [Goal("x")]);

        Assert.Contains("n1[\"echo<br/>delegated 2 times\"]:::completed", team.ToMermaid());
        Assert.Contains("n2[\"idle<br/>skipped\"]:::skipped", team.ToMermaid());
        Assert.Contains("n0 -.-> n1", team.ToMermaid());
        Assert.Contains("n0[\"x #35;1<br/>completed in 0 s, chosen\"]:::completed", best.ToMermaid());
        Assert.Contains("output([\"judge: score\"])", best.ToMermaid());
    }

    private static string Without(string member, string json)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        node.Remove(member);
        return node.ToJsonString();
    }
}
