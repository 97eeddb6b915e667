using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Routing;

[Collection(SimulatedTimeCollection.Name)]
public sealed class LlmRouterTests
{
    [Theory]
    [InlineData(LlmFailureKind.Throttled, AgentErrorCodes.ModelUnavailable)]
    [InlineData(LlmFailureKind.Unavailable, AgentErrorCodes.ModelUnavailable)]
    [InlineData(LlmFailureKind.Rejected, AgentErrorCodes.ModelRejected)]
    public async Task CallThatFails_FailsAnAgentThatDoesNotHandleIt_WithItsCode(LlmFailureKind kind, string code)
    {
        await using var world = new World();

        var result = await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Throw(new LlmCallException(kind, ["a"], "No model answered."))));

        Assert.Equal(code, result.Error!.Code);
    }

    [Fact]
    public async Task RouterMadeWithTheOrchestrator_IsMadeFromTheContainer_AndDisposedWithIt()
    {
        var services = new ServiceCollection();
        services.AddSingleton("of the container");
        OwnRouter? made = null;
        services.AddAgentOrchestration(options => options.UseLlmRouter(provider => made = new OwnRouter(provider.GetRequiredService<string>())));
        await using (var provider = services.BuildServiceProvider())
        {
            provider.GetRequiredService<IAgentOrchestrator>();
            Assert.Equal(("of the container", 0), (made!.Name, made.Disposals));
        }

        Assert.Equal(1, made.Disposals);
    }

    [Fact]
    public async Task RouterOfTheContainer_GoesFirst_AndNoneIsMade()
    {
        var services = new ServiceCollection();
        services.AddSingleton<ILlmRouter>(new OwnRouter("the container's"));
        services.AddAgentOrchestration(static options => options.UseLlmRouter(static _ => throw new InvalidOperationException("It is not needed.")));
        await using var provider = services.BuildServiceProvider();

        Assert.NotNull(provider.GetRequiredService<IAgentOrchestrator>());
    }

    [Theory]
    [InlineData(null, "plain")]
    [InlineData("one", "one")]
    [InlineData("two", "plain")]
    public async Task RouterUnderTheOrchestratorsKey_GoesBeforeTheOneWithout(string? key, string asked)
    {
        var services = new ServiceCollection();
        var (plain, one) = (new OwnRouter("plain"), new OwnRouter("one"));
        services.AddSingleton<ILlmRouter>(plain);
        services.AddKeyedSingleton<ILlmRouter>("one", one);
        static void AddAgent(AgentOrchestrationOptions options) => options.AddAgent("default", static (_, _) => Task.FromResult<AgentOutput>("done"));
        _ = key is null ? services.AddAgentOrchestration(AddAgent) : services.AddAgentOrchestration(key, AddAgent);
        await using var provider = services.BuildServiceProvider();
        var orchestrator = key is null ? provider.GetRequiredService<IAgentOrchestrator>() : provider.GetRequiredKeyedService<IAgentOrchestrator>(key);

        await orchestrator.RunAsync(new CoordinationPattern.Graph(), [new AgentGoal("x") { Name = "x", When = new AgentCondition.Question("Well?") }]);

        Assert.Equal((asked == "plain" ? 1 : 0, asked == "one" ? 1 : 0), (plain.Requests, one.Requests));
    }

    private sealed class OwnRouter(string name) : ILlmRouter, IAsyncDisposable
    {
        public string Name => name;

        public int Requests { get; private set; }

        public int Disposals { get; private set; }

        public ValueTask<IChatClient> SelectClientAsync(LlmRequest request, CancellationToken cancellationToken = default)
        {
            Requests++;
            return ValueTask.FromResult<IChatClient>(new ScriptedModel("""{"answer": "yes"}"""));
        }

        public ValueTask DisposeAsync()
        {
            Disposals++;
            return ValueTask.CompletedTask;
        }
    }
}
