using System.Collections.Concurrent;

namespace AgentOrchestration.Tests.Stress;

/// <summary>Runs that grow, end and are cancelled from several threads at once, on real threads and real time.</summary>
public sealed class RunStressTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    /// <summary>An addition is accepted or refused, and never lost: every goal of an accepted one has a result or is listed as skipped.</summary>
    [Theory]
    [Trait("Category", "Stress")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AdditionsThatRaceWithTheEnd_AreAcceptedOrRefused(bool cancel)
    {
        await using var orchestrator = AgentOrchestrator.Create(options => options.AddAgent("default", async (context, _) =>
        {
            await Task.Yield();
            return context.Goal.Name!;
        }));
        for (var round = 0; round < 40; round++)
        {
            var run = await orchestrator.StartAsync(new CoordinationPattern.Graph(), [new AgentGoal("x") { Name = "first" }]);
            var accepted = new ConcurrentBag<string>();
            var adders = Enumerable.Range(0, 4).Select(adder => Task.Run(async () =>
            {
                try
                {
                    for (var i = 0; i < 25; i++)
                    {
                        var name = $"{adder}.{i}";
                        await run.AddGoalsAsync([new AgentGoal("x") { Name = name, DependsOn = i % 2 == 0 ? ["first"] : [$"{adder}.{i - 1}"] }]);
                        accepted.Add(name);
                    }
                }
                catch (GoalRefusedException refused)
                {
                    Assert.Equal(GoalRefusal.RunStopped, refused.Reason);
                }
            })).ToArray();
            if (cancel)
            {
                await Task.Yield();
                await run.CancelAsync("enough");
            }

            await Task.WhenAll(adders).WaitAsync(Hang);
            var result = await run.Completion.WaitAsync(Hang);

            Assert.Equal(
                accepted.Append("first").Order(StringComparer.Ordinal),
                result.Results.Select(ended => ended.Goal.Name!).Concat(result.Skipped.Select(skipped => skipped.Name)).Order(StringComparer.Ordinal));
            Assert.True(cancel || result.Succeeded);
        }

        Assert.Empty(orchestrator.ListAgents());
    }

    [Fact]
    [Trait("Category", "Stress")]
    public async Task ManyRunsAtOnce_EachEndOnce_AndLeaveNothing()
    {
        var orchestrator = AgentOrchestrator.Create(options => options
            .AddAgent("default", (context, _) => context.Inputs.Count == 3 ? throw new InvalidOperationException("no") : Task.FromResult<AgentOutput>($"{context.Inputs.Count}"))
            .AddCondition("even", (context, _) => ValueTask.FromResult<ConditionVerdict>(context.Inputs.Count % 2 == 0)));
        var runs = new List<OrchestrationRun>();
        for (var i = 0; i < 300; i++)
        {
            AgentGoal[] goals = [.. Enumerable.Range(0, 12).Select(k => new AgentGoal("x")
            {
                Name = $"g{k}",
                DependsOn = [.. Enumerable.Range(0, k).Where(j => (i + j + k) % 4 == 0).Select(j => $"g{j}")],
                When = (i + k) % 5 == 0 ? new AgentCondition.Named("even") { AfterFailure = k % 2 == 0 } : null,
            })];
            runs.Add(await orchestrator.StartAsync(new CoordinationPattern.Graph(), goals, new OrchestrationRunOptions { Failure = i % 3 == 0 ? new FailurePolicy.FailFast() : i % 3 == 1 ? new FailurePolicy.Quorum(4) : new FailurePolicy.Continue() }));
            if (i % 7 == 0)
            {
                await runs[i / 2].CancelAsync();
            }
        }

        var results = await Task.WhenAll(runs.Select(run => run.Completion)).WaitAsync(Hang);

        Assert.All(results, result => Assert.Equal(12, result.Results.Count + result.Skipped.Count));
        Assert.Contains(results, result => result.Cancelled);
        Assert.Contains(results, result => result.Succeeded);
        Assert.Equal(0, orchestrator.Scheduler.Registry.Live);
        await orchestrator.DisposeAsync().AsTask().WaitAsync(Hang);
    }
}
