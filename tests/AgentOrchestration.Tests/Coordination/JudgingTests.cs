using System.Text.Json;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>How results become one output, and who picks among candidates.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class JudgingTests
{
    private static readonly CoordinationPattern Parallel = new CoordinationPattern.Parallel();

    [Fact]
    public async Task FirstSuccess_TakesTheFirstInTime_AndCancelsTheOthers()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(Parallel, [Wait("slow", 9), Goal("bad", "fail"), Wait("quick", 1)], new() { Aggregator = ResultAggregator.FirstSuccess });

        Assert.True(result.Succeeded);
        Assert.Equal("1", result.Output!.Text);
        Assert.Equal("'quick' was the first to succeed", result.StopReason);
        Assert.Equal([("slow", false), ("bad", false), ("quick", true)], result.Comparison.Select(candidate => (candidate.Name, candidate.IsChosen)));
        Assert.Equal("its run ended early: 'quick' was the first to succeed", result.Comparison[0].Reason);
        Assert.Equal(TimeSpan.FromSeconds(1), result.Duration);
    }

    [Fact]
    public async Task FirstSuccess_OfNone_IsNoSuccess()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(Parallel, [Goal("a", "fail"), Goal("b", "fail")], new() { Aggregator = ResultAggregator.FirstSuccess });

        Assert.False(result.Succeeded);
        Assert.Null(result.Output);
        Assert.Null(result.Error);
    }

    [Fact]
    public async Task Majority_IsDecidedAsSoonAsItCannotBeOvertaken()
    {
        await using var world = NewWorld(capacity: 8, options => options.AddAgent("say", async (context, cancellationToken) =>
        {
            var script = context.Goal.Description.Split(',');
            await Task.Delay(TimeSpan.FromSeconds(double.Parse(script[0])), context.Time, cancellationToken);
            return script[1];
        }));
        static AgentGoal Says(string name, double seconds, string answer) => Goal(name, "say") with { Description = $"{seconds},{answer}" };

        var result = await world.RunAsync(
            Parallel, [Says("a", 1, " Yes "), Says("b", 2, "no"), Says("c", 3, "YES"), Says("d", 4, "yes"), Says("e", 60, "no")], new() { Aggregator = ResultAggregator.Majority() });

        Assert.True(result.Succeeded);
        Assert.Equal(" Yes ", result.Output!.Text);
        Assert.Equal(TimeSpan.FromSeconds(4), result.Duration);
        Assert.Equal("the majority can no longer be overtaken", result.StopReason);
        Assert.Equal([3, 1, 3, 3, null], result.Comparison.Select(candidate => candidate.Score));
    }

    [Fact]
    public async Task Majority_WithANormaliser_CountsWhatItGives_AndAThrowingOneMakesTheVoteVoid()
    {
        // One after another, so that the vote is open until the last one.
        await using var world = NewWorld(capacity: 1);
        var byLength = ResultAggregator.Majority(output => output.Text == "void" ? throw new InvalidOperationException("no idea") : $"{output.Text.Length}");

        var result = await world.RunAsync(Parallel, [Goal("aaa"), Goal("b"), Goal("c"), Goal("void"), Goal("ddd"), Goal("e")], new() { Aggregator = byLength });

        Assert.Equal("b", result.Output!.Text);
        Assert.Equal([2, 3, 3, null, 2, 3], result.Comparison.Select(candidate => candidate.Score));
        Assert.Contains("no idea", result.Comparison[3].Reason);
    }

    [Fact]
    public async Task AMajority_IsAlsoAJudgeOfCandidates()
    {
        await using var world = NewWorld(capacity: 1);

        var result = await world.RunAsync(new CoordinationPattern.BestOf(3, CandidateJudge.Majority(), ["default", "inputs", "default"]), [Goal("same")]);

        Assert.Equal("same", result.Output!.Text);
        Assert.Equal([2, 1, 2], result.Comparison.Select(candidate => candidate.Score));
    }

    [Fact]
    public async Task AScoreThatThrowsOrIsNoNumber_TakesThatCandidateOut()
    {
        await using var world = NewWorld();
        var judge = CandidateJudge.Score(candidate => candidate.Goal.Name switch
        {
            "a" => throw new InvalidOperationException("no idea"),
            "b" => double.NaN,
            "c" => -3,
            _ => -5,
        });

        var result = await world.RunAsync(Parallel, [Goal("a"), Goal("b"), Goal("c"), Goal("d")], new() { Aggregator = new ResultAggregator.Judged(judge) });

        Assert.Equal("c", result.Output!.Text);
        Assert.Equal([null, null, -3, -5], result.Comparison.Select(candidate => candidate.Score));
        Assert.Equal(["scoring it threw: no idea", "its score is not a number", null, null], result.Comparison.Select(candidate => candidate.Reason));
    }

    [Fact]
    public async Task AJudgeMadeOfCode_MayPickNone()
    {
        await using var world = NewWorld();
        var judge = CandidateJudge.Custom((context, _) => ValueTask.FromResult(new JudgeVerdict(Chosen: null) { Scores = [.. context.Candidates.Select(_ => new CandidateScore(0, "poor"))] }));

        var result = await world.RunAsync(new CoordinationPattern.BestOf(2, judge), [Goal("x")]);

        Assert.False(result.Succeeded);
        Assert.Null(result.Output);
        Assert.All(result.Comparison, candidate => Assert.Equal((0, "poor", false), (candidate.Score, candidate.Reason, candidate.IsChosen)));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(-1, 2)]
    [InlineData(0, 1)]
    public async Task AJudgeThatMakesNoSense_FailsTheRun_AndTheResultsAreKept(int chosen, int scores)
    {
        await using var world = NewWorld(configure: options => options.AddJudge("odd", (_, _) => ValueTask.FromResult(new JudgeVerdict(chosen) { Scores = new CandidateScore[scores] })));

        var result = await world.RunAsync(new CoordinationPattern.BestOf(2, new CandidateJudge.Named("odd")), [Goal("x")]);

        Assert.Equal((false, AgentErrorCodes.AggregationFailed), (result.Succeeded, result.Error?.Code));
        Assert.Equal(2, result.Results.Count(ended => ended.Succeeded));
    }

    [Fact]
    public async Task Collect_PutsTextsDataAndContentsSideBySide()
    {
        await using var world = NewWorld(configure: options => options.AddAgent("data", (context, _) =>
            Task.FromResult(new AgentOutput(context.Goal.Description) { Data = JsonSerializer.SerializeToElement(context.Goal.Description.Length), Contents = [new Microsoft.Extensions.AI.TextContent("c")] })));

        var result = await world.RunAsync(Parallel, [Goal("one", "data"), Goal("bad", "fail"), Goal("three", "data"), Goal("text")]);

        Assert.Equal("one\n\nthree\n\ntext", result.Output!.Text);
        Assert.Equal([3, 5], result.Output.ReadData<int[]>());
        Assert.Equal(2, result.Output.Contents.Count);
    }

    [Fact]
    public async Task ANamedAggregator_SeesEverything_AndItsFailureIsTheRuns()
    {
        await using var world = NewWorld(configure: options => options
            .AddAggregator("count", (context, _) => ValueTask.FromResult<AgentOutput>($"{context.Results.Count}+{context.Skipped.Count}{(context.Services is null ? "?" : "")}"))
            .AddAggregator("broken", (_, _) => throw new InvalidOperationException("no")));
        AgentGoal[] goals = [Goal("a", "fail"), Goal("b")];

        var counted = await world.RunAsync(new CoordinationPattern.Sequential(), goals, new() { Aggregator = new ResultAggregator.Named("count") });
        var broken = await world.RunAsync(Parallel, [Goal("c")], new() { Aggregator = new ResultAggregator.Named("broken") });

        Assert.Equal("1+1", counted.Output!.Text);
        Assert.Equal((false, AgentErrorCodes.AggregationFailed, "no"), (broken.Succeeded, broken.Error!.Code, broken.Error.Message));
        Assert.True(broken.Results[0].Succeeded);
    }

    [Fact]
    public async Task AQuestionToAModel_IsAnsweredYesOrNo_WithAReasonThatIsKept()
    {
        var model = new ScriptedModel("Well: ```{\"answer\": \"Yes\", \"reason\": \"It is slow.\"}```", """{"answer": false, "reason": "It is not broken."}""");
        await using var world = NewWorld(capacity: 1, options => options.LlmRouter = model);
        static AgentGoal Asks(string name, string question) => Goal(name) with { When = new AgentCondition.Question(question) };

        var result = await world.RunAsync(new CoordinationPattern.Conditional(), [new AgentGoal("12 s") { Name = "diagnose" }, Asks("optimise", "Is it slow?"), Asks("repair", "Is it broken?")]);

        Assert.Equal(["diagnose", "optimise"], result.NamesOf());
        Assert.Equal(["It is slow.", "It is not broken."], result.Conditions.Select(judged => judged.Verdict.Reason));
        Assert.Equal("It is not broken.", Assert.Single(result.Skipped).Detail);
        Assert.All(model.Requests, request => Assert.Equal((LlmPurpose.Condition, (RunId?)result.RunId), (request.Purpose, request.RunId)));
        Assert.Contains("Question: Is it slow?", model.Questions[0]);
        Assert.Contains("12 s", model.Questions[0]);
    }

    [Fact]
    public async Task WhatModelsAreAskedForARun_IsRecordedAndCountedAsTheRuns()
    {
        var price = new ModelPrice(1_000_000m, 2_000_000m);
        var model = new ScriptedModel(
            new ModelTurn().Text("""{"answer": "yes"}""").Usage(10, 2),
            new ModelTurn().Text("merged").Usage(30, 5));
        await using var world = NewWorld(capacity: 1, options => options.LlmRouter = new TellingRouter(model, new LlmRoute("main", LlmRouteReason.Selected, price)));

        var result = await world.RunAsync(
            new CoordinationPattern.Conditional(),
            [new AgentGoal("12 s") { Name = "diagnose" }, Goal("optimise") with { When = new AgentCondition.Question("Is it slow?") }],
            new OrchestrationRunOptions { Aggregator = new ResultAggregator.Merge() });

        Assert.Equal("merged", result.Output!.Text);
        Assert.Equal((40L, 7L, 2, 54m), (result.Usage.InputTokens, result.Usage.OutputTokens, result.Usage.ModelCalls, result.Usage.Cost));
        var routed = world.Events.Events.OfType<ModelRouted>().ToList();
        Assert.Equal([LlmPurpose.Condition, LlmPurpose.Merge], routed.Select(static e => e.Purpose));
        Assert.All(routed, e => Assert.Equal(((RunId?)result.RunId, (AgentId?)null, "main"), (e.RunId, e.AgentId, e.Route.Client)));
        Assert.Equal([(true, 12L), (true, 35L)], world.Events.Events.OfType<ModelCallEnded>().Select(static e => (e.Succeeded, e.Usage.Tokens)));
    }

    [Theory]
    [InlineData("perhaps")]
    [InlineData("{\"answer\": \"perhaps\"}")]
    [InlineData("{\"answer\": 1}")]
    [InlineData("{\"reason\": \"because\"}")]
    [InlineData("{broken}")]
    public async Task AModelThatDoesNotAnswer_FailsTheGoal(string answer)
    {
        await using var world = NewWorld(configure: options => options.LlmRouter = new ScriptedModel(answer));

        var result = await world.RunAsync(new CoordinationPattern.Conditional(new AgentCondition.Question("Well?")), [Goal("a"), Goal("b")]);

        Assert.Equal(AgentErrorCodes.ConditionFailed, result.Find("b")!.Error!.Code);
        Assert.DoesNotContain("perhaps", result.Find("b")!.Error!.Message);
    }

    [Fact]
    public async Task AModel_JudgesCandidates_WithScoresAndReasons()
    {
        var model = new ScriptedModel("""{"choice": 1, "candidates": [{"score": 4, "reason": "dull"}, {"score": 9.5, "reason": "sharp"}]}""");
        await using var world = NewWorld(configure: options => options.LlmRouter = model);

        var result = await world.RunAsync(new CoordinationPattern.BestOf(3, new CandidateJudge.Model("brevity"), ["default", "fail", "default"]), [Goal("write") with { Priority = AgentPriority.High }]);

        Assert.Equal([(4, "dull", false), (null, "it did not succeed", false), (9.5, "sharp", true)], result.Comparison.Select(candidate => (candidate.Score, candidate.Reason, candidate.IsChosen)));
        Assert.Equal((LlmPurpose.Judge, AgentPriority.High), (Assert.Single(model.Requests).Purpose, model.Requests[0].Priority));
        Assert.Contains("brevity", model.Questions[0]);
    }

    [Theory]
    [InlineData("{\"choice\": null}", true)]
    [InlineData("{\"choice\": 0, \"candidates\": 5}", true)]
    [InlineData("{\"choice\": 7}", false)]
    [InlineData("{\"choice\": \"the first\"}", false)]
    [InlineData("{}", false)]
    public async Task AModelsChoice_IsNotTrusted(string answer, bool makesSense)
    {
        await using var world = NewWorld(configure: options => options.LlmRouter = new ScriptedModel(answer));

        var result = await world.RunAsync(new CoordinationPattern.BestOf(2, new CandidateJudge.Model()), [Goal("x")]);

        Assert.Equal(makesSense, result.Error is null);
        Assert.Equal(answer.Contains("0,", StringComparison.Ordinal), result.Succeeded);
    }

    [Fact]
    public async Task AModel_MergesWhatSucceeded_AndIsShownABoundedPart()
    {
        var model = new ScriptedModel(_ => "merged");
        await using var world = NewWorld(configure: options => options.LlmRouter = model);

        var result = await world.RunAsync(Parallel, [Goal("a"), Goal("b", "fail"), Goal("long") with { Description = new string('x', 50_000) }], new() { Aggregator = new ResultAggregator.Merge("Be short.") });

        Assert.Equal("merged", result.Output!.Text);
        var shown = Assert.Single(model.Questions);
        Assert.StartsWith("Be short.", shown, StringComparison.Ordinal);
        Assert.Contains("goal=\"a\"", shown);
        Assert.DoesNotContain("goal=\"b\"", shown);
        Assert.Contains("x[cut]", shown);
        Assert.InRange(shown.Length, 20_000, 21_000);
    }

    private sealed class TellingRouter(ScriptedModel model, LlmRoute route) : ILlmRouter
    {
        public ValueTask<Microsoft.Extensions.AI.IChatClient> SelectClientAsync(LlmRequest request, CancellationToken cancellationToken = default)
        {
            request.Routed?.Invoke(route);
            return model.SelectClientAsync(request, cancellationToken);
        }
    }
}
