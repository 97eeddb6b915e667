using AgentOrchestration.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>What runs take from a container.</summary>
public sealed class RunRegistrationTests
{
    [Fact]
    public async Task ConditionsAggregatorsAndJudges_AreRegisteredByName_AndUseAScopeOfTheirOwn()
    {
        var services = new ServiceCollection();
        services.AddScoped<Counter>();
        services.AddAgentOrchestration()
            .AddAgent("default", (context, _) => Task.FromResult<AgentOutput>(context.Goal.Description))
            .AddCondition("fresh", (context, _) => ValueTask.FromResult<ConditionVerdict>(Count(context.Services) == 1 && Count(context.Services) == 2))
            .AddAggregator("count", (context, _) => ValueTask.FromResult<AgentOutput>($"{context.Results.Count} results, call {Count(context.Services)}"))
            .AddJudge("last", (context, _) => ValueTask.FromResult(new JudgeVerdict(Count(context.Services) == 1 ? context.Candidates.Count - 1 : 0)));
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        var orchestrator = provider.GetRequiredService<IAgentOrchestrator>();

        var counted = await orchestrator.RunAsync(
            new CoordinationPattern.Conditional(new AgentCondition.Named("fresh")), ["a", "b", "c"], new() { Aggregator = new ResultAggregator.Named("count") });
        var judged = await orchestrator.RunAsync(new CoordinationPattern.BestOf(3, new CandidateJudge.Named("last")), ["x"]);

        Assert.Equal("3 results, call 1", counted.Output!.Text);
        Assert.True(judged.Comparison[2].IsChosen);
    }

    [Fact]
    public async Task TheRouter_IsTakenFromTheContainer_UnlessTheOptionsHaveOne()
    {
        var fromContainer = new ScriptedModel(_ => """{"answer": "yes"}""");
        var fromOptions = new ScriptedModel(_ => """{"answer": "no"}""");
        CoordinationPattern asks = new CoordinationPattern.Conditional(new AgentCondition.Question("Well?"));

        Assert.Empty((await RunAsync(null)).Skipped);
        Assert.Single((await RunAsync(fromOptions)).Skipped);
        Assert.Single(fromContainer.Requests);

        async Task<OrchestrationResult> RunAsync(ILlmRouter? own)
        {
            var services = new ServiceCollection().AddSingleton<ILlmRouter>(fromContainer);
            services.AddAgentOrchestration(options => options.LlmRouter = own).AddAgent("default", (_, _) => Task.FromResult<AgentOutput>(""));
            await using var provider = services.BuildServiceProvider();
            return await provider.GetRequiredService<IAgentOrchestrator>().RunAsync(asks, ["a", "b"]);
        }
    }

    private static int Count(IServiceProvider services) => services.GetRequiredService<Counter>().Next();

    private sealed class Counter
    {
        private int _calls;

        public int Next() => ++_calls;
    }
}
