using AgentOrchestration.Tests.Testing;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>INV-30: results of finished siblings are kept under every failure policy.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class FailurePolicyTests
{
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();

    [Fact]
    public async Task INV30_Continue_KeepsAll_AndTheOthersGoOn()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(Graph, [Wait("quick", 1), Goal("bad", "fail"), Wait("slow", 9)]);

        Assert.Equal([AgentState.Completed, AgentState.Failed, AgentState.Completed], result.Results.Select(ended => ended.State));
        Assert.False(result.Succeeded);
        Assert.Null(result.StopReason);
        Assert.Equal("1\n\n9", result.Output!.Text);
    }

    [Fact]
    public async Task INV30_FailFast_CancelsSiblings_SaysSo_AndKeepsWhatIsFinished()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(
            Graph,
            [Wait("quick", 1), Goal("bad", "fail", "quick"), Wait("slow", 9), Goal("later", null, "slow")],
            new OrchestrationRunOptions { Failure = new FailurePolicy.FailFast() });

        Assert.Equal([("quick", AgentState.Completed), ("bad", AgentState.Failed), ("slow", AgentState.Cancelled)], result.Results.Select(ended => (ended.Goal.Name!, ended.State)));
        Assert.Equal("its run ended early: 'bad' failed", result.Find("slow")!.CancelReason);
        Assert.Equal([("later", SkipReason.RunStopped)], result.SkipsOf());
        Assert.Equal("'bad' failed", result.StopReason);
        Assert.Equal(TimeSpan.FromSeconds(1), result.Duration);
        Assert.False(result.Succeeded);
        Assert.False(result.Cancelled);
        Assert.Null(result.Output);
        Assert.Equal("'bad' failed", Assert.Single(world.Events.Events.OfType<RunStopping>()).Reason);
    }

    [Fact]
    public async Task INV30_Quorum_EndsWithEnoughSuccesses_AndKeepsThem()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(
            Graph,
            [Goal("bad", "fail"), Wait("one", 1), Wait("two", 2), Wait("slow", 9)],
            new OrchestrationRunOptions { Failure = new FailurePolicy.Quorum(2) });

        Assert.True(result.Succeeded);
        Assert.Equal([AgentState.Failed, AgentState.Completed, AgentState.Completed, AgentState.Cancelled], result.Results.Select(ended => ended.State));
        Assert.Equal("the quorum of 2 is reached", result.StopReason);
        Assert.Equal("1\n\n2", result.Output!.Text);
        Assert.Equal(TimeSpan.FromSeconds(2), result.Duration);
    }

    [Fact]
    public async Task INV30_Quorum_EndsWhenItCanNoLongerBeReached_AndKeepsWhatThereIs()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(
            Graph,
            [Wait("one", 1), Goal("bad", "fail", "one"), Goal("worse", "fail", "one"), Wait("slow", 9)],
            new OrchestrationRunOptions { Failure = new FailurePolicy.Quorum(3) });

        Assert.False(result.Succeeded);
        Assert.True(result.Find("one")!.Succeeded);
        Assert.Equal(AgentState.Cancelled, result.Find("slow")!.State);
        Assert.Equal("the quorum of 3 can no longer be reached", result.StopReason);
    }

    [Fact]
    public async Task FailFast_IsNotTriggeredByAConditionThatDoesNotHold()
    {
        await using var world = NewWorld();

        var result = await world.RunAsync(
            new CoordinationPattern.Conditional(AgentConditions.That(_ => false)), [Goal("a"), Goal("b")], new OrchestrationRunOptions { Failure = new FailurePolicy.FailFast() });

        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task AGoalWhoseCriteriaAreNotMet_HasNotSucceeded()
    {
        await using var world = NewWorld(configure: options => options.AddAgent("sloppy", (context, _) =>
        {
            context.ReportCriterion(0, CriterionVerdict.NotMet, "no");
            return Task.FromResult<AgentOutput>("done");
        }));

        var result = await world.RunAsync(new CoordinationPattern.Sequential(), [Goal("a", "sloppy") with { SuccessCriteria = ["good"] }, Goal("b")]);

        Assert.False(result.Succeeded);
        Assert.Equal("'a' did not meet its criteria", Assert.Single(result.Skipped).Detail);
    }
}
