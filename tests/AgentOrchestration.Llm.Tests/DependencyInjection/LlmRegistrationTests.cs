using AgentOrchestration.Llm.Tests.Routing;
using AgentOrchestration.Llm.Tests.Testing;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Llm.Tests.DependencyInjection;

[Collection(SimulatedTimeCollection.Name)]
public sealed class LlmRegistrationTests
{
    [Fact]
    public async Task ClientOfTheContainer_IsTheDefault()
    {
        var model = FakeModel.Saying("""{"answer": "yes"}""");
        var services = new ServiceCollection();
        services.AddSingleton<IChatClient>(model);
        services.AddAgentOrchestration().AddLlm();
        await using var provider = services.BuildServiceProvider();

        var route = await RouteOf(provider.GetRequiredService<ILlmRouter>());

        Assert.Equal("default", route);
    }

    [Fact]
    public async Task ClientsThatAreAdded_GoBeforeTheContainers_AndComeFromIt()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IChatClient>(FakeModel.Saying("x"));
        services.AddKeyedSingleton<IChatClient>("mine", FakeModel.Saying("mine"));
        services.AddAgentOrchestration().AddLlm(llm => llm.AddClient("a", provider => provider.GetRequiredKeyedService<IChatClient>("mine")));
        await using var provider = services.BuildServiceProvider();
        var router = provider.GetRequiredService<ILlmRouter>();

        Assert.Equal("a", await RouteOf(router));
        Assert.Equal("mine", (await (await router.SelectClientAsync(new LlmRequest(LlmPurpose.Act))).GetResponseAsync("x")).Text);
    }

    [Fact]
    public async Task CallingItAgain_AddsToTheSameOptions_AndALaterClientReplacesItsNamesake()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration().AddLlm(llm => llm.AddClient("a", FakeModel.Saying("1"))).AddLlm(llm => llm.AddClient("b", FakeModel.Saying("2")).AddClient("a", FakeModel.Saying("3")));
        await using var provider = services.BuildServiceProvider();

        var router = Assert.Single(provider.GetServices<ILlmRouter>());
        var client = await router.SelectClientAsync(new LlmRequest(LlmPurpose.Act));

        Assert.Equal("2", (await client.GetResponseAsync("x")).Text);
        Assert.Equal(["b", "a"], provider.GetRequiredService<IOptions<LlmOptions>>().Value.Clients.Select(added => added.Name));
    }

    [Fact]
    public async Task HostsOwnRouter_StaysInItsPlace()
    {
        var own = new ScriptedModel("x");
        var services = new ServiceCollection();
        services.AddSingleton<ILlmRouter>(own);
        services.AddAgentOrchestration().AddLlm(llm => llm.AddClient("a", FakeModel.Saying("x")));
        await using var provider = services.BuildServiceProvider();

        Assert.Same(own, provider.GetRequiredService<ILlmRouter>());
    }

    [Fact]
    public async Task OrchestratorsWithKeys_HaveRoutersOfTheirOwn()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration(AddAgent).AddLlm(llm => llm.AddClient("plain", Judge("plain")));
        services.AddAgentOrchestration("one", AddAgent).AddLlm(llm => llm.AddClient("one", Judge("one")));
        services.AddAgentOrchestration("two", AddAgent);
        await using var provider = services.BuildServiceProvider();

        Assert.Equal("plain", await JudgedByAsync(provider.GetRequiredService<IAgentOrchestrator>()));
        Assert.Equal("one", await JudgedByAsync(provider.GetRequiredKeyedService<IAgentOrchestrator>("one")));
        Assert.Equal("plain", await JudgedByAsync(provider.GetRequiredKeyedService<IAgentOrchestrator>("two")));
    }

    [Fact]
    public async Task WithoutAContainer_RunsAskTheModelsThatAreUsed_OnTheOrchestratorsClock()
    {
        var time = new SimulatedTime();
        var model = new FakeModel { Answer = (call, _) => call == 1 ? Task.FromException<string>(FakeModel.Status(429)) : Task.FromResult(Verdict("a")) };
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.UseLlm(llm => llm.AddClient("a", model));
            options.TimeProvider = time;
            AddAgent(options);
        });
        var start = time.GetUtcNow();

        Assert.Equal("a", await time.RunUntilAsync(JudgedByAsync(orchestrator)).WaitAsync(RouterWorld.Hang));

        Assert.Equal(TimeSpan.FromSeconds(1), time.GetUtcNow() - start);
    }

    [Fact]
    public async Task ClientsMadeWithTheRouter_AreDisposedWithTheOrchestrator_AndTheHostsAreNot()
    {
        var (made, hosts) = (FakeModel.Saying("x"), FakeModel.Saying("x"));
        var orchestrator = AgentOrchestrator.Create(options => options.UseLlm(llm => llm.AddClient("made", _ => made).AddClient("hosts", hosts)));

        await orchestrator.DisposeAsync();
        await orchestrator.DisposeAsync();

        Assert.Equal((true, false), (made.IsDisposed, hosts.IsDisposed));
    }

    [Fact]
    public async Task RouterThatTheOptionsSet_GoesFirst_AndNoneIsMade()
    {
        var own = new ScriptedModel("x");
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.LlmRouter = own;
            options.UseLlm(llm => llm.AddClient("a", _ => throw new InvalidOperationException("It is not needed.")));
        });

        Assert.NotNull(orchestrator);
    }

    [Fact]
    public void WithoutAnyModel_TheOrchestratorIsNotMade()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => AgentOrchestrator.Create(static options => options.UseLlm(static _ => { })));

        Assert.Contains("AddClient", exception.Message);
    }

    [Fact]
    public async Task BadOption_StopsTheHostAtItsStart_SayingWhichOfWhichClient()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddAgentOrchestration("key").AddLlm(llm => llm.AddClient("slow", FakeModel.Saying("x"), client => client.CallTimeout = TimeSpan.Zero));
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains("Client 'slow': CallTimeout", exception.Message);
    }

    public static TheoryData<Action<LlmOptions>, string> BadOptions() => new()
    {
        { options => options.MaxWait = TimeSpan.FromSeconds(-1), "MaxWait" },
        { options => options.MaxWait = TimeSpan.FromDays(2), "MaxWait" },
        { With(client => client.Weight = 0), "Client 'a': Weight" },
        { With(client => client.Weight = double.NaN), "Client 'a': Weight" },
        { With(client => client.MaxConcurrentCalls = 0), "Client 'a': MaxConcurrentCalls" },
        { With(client => client.MinConcurrentCalls = 0), "Client 'a': MinConcurrentCalls" },
        { With(client => client.MinConcurrentCalls = 65), "Client 'a': MinConcurrentCalls is 65, more than MaxConcurrentCalls, which is 64." },
        { With(client => client.CallTimeout = TimeSpan.FromDays(2)), "Client 'a': CallTimeout" },
        { With(client => client.ChunkTimeout = TimeSpan.Zero), "Client 'a': ChunkTimeout" },
        { With(client => client.CircuitFailureRatio = 0), "Client 'a': CircuitFailureRatio" },
        { With(client => client.CircuitMinimumCalls = 1), "Client 'a': CircuitMinimumCalls" },
        { With(client => client.CircuitWindow = TimeSpan.FromMilliseconds(499)), "Client 'a': CircuitWindow" },
        { With(client => client.CircuitBreak = TimeSpan.FromMilliseconds(499)), "Client 'a': CircuitBreak" },
        { With(client => client.Price = new ModelPrice(-1, 0)), "Client 'a': Price is negative." },
        { With(client => client.Tags.Add(" ")), "Client 'a': Tags has a blank tag." },
        { With(client => client.Purposes.Add((LlmPurpose)99)), "Client 'a': Purposes has a value that is none of Act, Plan" },
        { options => Enumerable.Range(0, 65).ToList().ForEach(number => options.AddClient($"c{number}", FakeModel.Saying("x"))), "65 clients are added; a router takes at most 64." },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void BadOption_IsRefused_SayingWhich(Action<LlmOptions> configure, string fault)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => AgentOrchestrator.Create(options => options.UseLlm(configure)));

        Assert.Contains(fault, exception.Message);
    }

    [Fact]
    public void LimitsOfTheRanges_AreAllowed()
    {
        using var world = new RouterWorld(options => options.AddClient("a", FakeModel.Saying("x"), static client =>
        {
            (client.CallTimeout, client.ChunkTimeout) = (TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1));
            (client.CircuitFailureRatio, client.CircuitMinimumCalls, client.CircuitWindow, client.CircuitBreak) = (1, 2, TimeSpan.FromMilliseconds(500), TimeSpan.FromDays(1));
        }));
        using var other = new RouterWorld(options => options.AddClient("a", FakeModel.Saying("x"), static client =>
        {
            (client.CallTimeout, client.ChunkTimeout) = (TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(10));
            (client.CircuitFailureRatio, client.CircuitMinimumCalls, client.CircuitWindow, client.CircuitBreak) = (0.01, int.MaxValue, TimeSpan.FromDays(1), TimeSpan.FromMilliseconds(500));
        }));

        Assert.NotNull(world.Router);
    }

    [Fact]
    public void Options_AreReadOnce()
    {
        LlmClientOptions? kept = null;
        using var world = new RouterWorld(options => options.AddClient("a", FakeModel.Saying("x"), client => kept = client));

        kept!.Purposes.Add(LlmPurpose.Judge);

        Assert.NotNull(world.Select());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void BlankName_IsRefused(string name) => Assert.Throws<ArgumentException>(nameof(name), () => new LlmOptions().AddClient(name, FakeModel.Saying("x")));

    private static void AddAgent(AgentOrchestrationOptions options) => options.AddAgent("default", static (_, _) => Task.FromResult<AgentOutput>("done"));

    private static Action<LlmOptions> With(Action<LlmClientOptions> configure) => options => options.AddClient("a", FakeModel.Saying("x"), configure);

    private static async Task<string?> RouteOf(ILlmRouter router)
    {
        string? name = null;
        var client = await router.SelectClientAsync(new LlmRequest(LlmPurpose.Act) { Routed = route => name = route.Client });
        await client.GetResponseAsync("x");
        return name;
    }

    private static FakeModel Judge(string reason) => FakeModel.Saying(Verdict(reason));

    private static string Verdict(string reason) => $$"""{"answer": "yes", "reason": "{{reason}}"}""";

    // A run whose condition is a question to a model, which says who it is as its reason.
    private static async Task<string?> JudgedByAsync(IAgentOrchestrator orchestrator)
    {
        var result = await orchestrator.RunAsync(new CoordinationPattern.Graph(), [new AgentGoal("x") { Name = "x", When = new AgentCondition.Question("Well?") }]);
        return result.Conditions.Single().Verdict.Reason;
    }
}
