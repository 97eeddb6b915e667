using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using NSubstitute;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class CriteriaTests
{
    private static readonly AgentGoal Goal = new("x") { SuccessCriteria = ["short", "polite"] };

    [Fact]
    public async Task WithoutReportsAndEvaluator_CriteriaAreUnchecked_AndTheResultSucceeds()
    {
        await using var world = new World();

        var result = await world.EndAsync(await world.SpawnAsync(Goal, new ScriptedAgent()));

        Assert.Equal([new CriterionResult("short", CriterionVerdict.Unchecked), new CriterionResult("polite", CriterionVerdict.Unchecked)], result.Criteria);
        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task ReportedVerdicts_Count_TheLastOneEach_AndTheEvaluatorJudgesTheRest()
    {
        var evaluator = Substitute.For<ICriterionEvaluator>();
        evaluator.EvaluateAsync(Arg.Any<AgentContext>(), "polite", Arg.Any<AgentOutput>(), Arg.Any<CancellationToken>()).Returns(new CriterionResult("polite", CriterionVerdict.Met, "says please"));
        await using var world = new World(configure: options => options.CriterionEvaluator = evaluator);

        var result = await world.EndAsync(await world.SpawnAsync(Goal, new ScriptedAgent().Do(context =>
        {
            context.ReportCriterion(0, CriterionVerdict.Met);
            context.ReportCriterion(0, CriterionVerdict.NotMet, "200 pages");
        }).Return("please")));

        Assert.Equal([new("short", CriterionVerdict.NotMet, "200 pages"), new("polite", CriterionVerdict.Met, "says please")], result.Criteria);
        Assert.Equal((AgentState.Completed, false), (result.State, result.Succeeded));
        Assert.Equal([0, 0, 1], world.Events.Events.OfType<AgentCriterionReported>().Select(e => e.Index));
        await evaluator.Received(1).EvaluateAsync(Arg.Any<AgentContext>(), Arg.Any<string>(), Arg.Is<AgentOutput>(output => output.Text == "please"), Arg.Any<CancellationToken>());
    }

    [Fact]
    public async Task EvaluatorThatThrows_FailsTheAttempt_AndKeepsTheOutput()
    {
        var evaluator = Substitute.For<ICriterionEvaluator>();
        evaluator.EvaluateAsync(default!, default!, default!, default).ReturnsForAnyArgs<CriterionResult>(_ => throw new InvalidOperationException("no verdict"));
        await using var world = new World(configure: options => options.CriterionEvaluator = evaluator);

        var result = await world.EndAsync(await world.SpawnAsync(Goal, new ScriptedAgent().Return("kept")));

        Assert.Equal((AgentState.Failed, "kept", AgentErrorCodes.AgentFailed), (result.State, result.Output!.Text, result.Error!.Code));
    }

    [Fact]
    public async Task VerdictsOfAFailedAttempt_DoNotCountForTheNext()
    {
        await using var world = new World();
        var goal = Goal with { Retry = new() { MaxAttempts = 2 } };

        var result = await world.EndAsync(await world.SpawnAsync(goal, new ScriptedAgent().Do(context =>
        {
            if (context.Attempt == 1)
            {
                context.ReportCriterion(0, CriterionVerdict.NotMet);
            }
        }).ThrowOnFirst(1, new InvalidOperationException())));

        Assert.All(result.Criteria, criterion => Assert.Equal(CriterionVerdict.Unchecked, criterion.Verdict));
    }
}
