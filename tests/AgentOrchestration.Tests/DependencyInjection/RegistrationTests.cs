using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Tests.DependencyInjection;

[Collection(SimulatedTimeCollection.Name)]
public sealed class RegistrationTests
{
    [Fact]
    public async Task EachAttempt_HasAScopeOfItsOwn_DisposedAtItsEnd()
    {
        var services = new ServiceCollection();
        services.AddSingleton<List<string>>();
        services.AddScoped<ScopedThing>();
        services.AddAgentOrchestration().AddAgent<ScopedAgent>("scoped");
        await using var provider = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
        var orchestrator = provider.GetRequiredService<IAgentOrchestrator>();

        var goal = new AgentGoal("x") { Agent = "scoped", Retry = new() { MaxAttempts = 2, InitialDelay = TimeSpan.Zero } };
        var result = await (await orchestrator.SpawnAsync(goal)).Completion.WaitAsync(World.Hang);

        Assert.Equal(AgentState.Completed, result.State);
        Assert.Equal(["run 1", "agent disposed", "thing disposed", "run 2", "agent disposed", "thing disposed"], provider.GetRequiredService<List<string>>());
    }

    [Fact]
    public async Task ContextServices_AreTheScope_MadeOnFirstUse()
    {
        var services = new ServiceCollection();
        services.AddSingleton<List<string>>();
        services.AddScoped<ScopedThing>();
        ScopedThing? first = null;
        ScopedThing? second = null;
        services.AddAgentOrchestration().AddAgent("default", async (context, _) =>
        {
            first = context.Services.GetRequiredService<ScopedThing>();
            await context.RunConcurrentlyAsync([(fork, _) => Task.FromResult(second = fork.Services.GetRequiredService<ScopedThing>())]);
            return "x";
        });
        await using var provider = services.BuildServiceProvider();

        await (await provider.GetRequiredService<IAgentOrchestrator>().SpawnAsync("x")).Completion.WaitAsync(World.Hang);

        Assert.NotNull(first);
        Assert.Same(first, second);
    }

    [Fact]
    public async Task AgentThatCannotBeMade_FailsWithItsCode()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration().AddAgent<ScopedAgent>("scoped");
        await using var provider = services.BuildServiceProvider();

        var result = await (await provider.GetRequiredService<IAgentOrchestrator>().SpawnAsync(new AgentGoal("x") { Agent = "scoped" })).Completion.WaitAsync(World.Hang);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.AgentUnavailable), (result.State, result.Error!.Code));
    }

    [Fact]
    public async Task ScopeThatFailsToClose_FailsTheAttempt_AndKeepsTheOutput()
    {
        var services = new ServiceCollection();
        services.AddScoped<BrokenThing>();
        services.AddAgentOrchestration().AddAgent("default", (context, _) =>
        {
            context.Services.GetRequiredService<BrokenThing>();
            return Task.FromResult<AgentOutput>("kept");
        });
        await using var provider = services.BuildServiceProvider();

        var result = await (await provider.GetRequiredService<IAgentOrchestrator>().SpawnAsync("x")).Completion.WaitAsync(World.Hang);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.DisposalFailed, "kept"), (result.State, result.Error!.Code, result.Output!.Text));
    }

    [Fact]
    public async Task AddingTwice_AddsToTheSameOrchestrator()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration(options => options.MaxConcurrentAgents = 2).AddAgent("a", (_, _) => Task.FromResult<AgentOutput>("a"));
        services.AddAgentOrchestration(options => options.MaxConcurrentAgents++).AddAgent("b", (_, _) => Task.FromResult<AgentOutput>("b"));
        await using var provider = services.BuildServiceProvider();

        var orchestrator = Assert.Single(provider.GetServices<IAgentOrchestrator>());

        Assert.Equal(3, orchestrator.MaxConcurrentAgents);
        Assert.Single(provider.GetServices<IHostedService>());
        Assert.Single(provider.GetServices<IValidateOptions<AgentOrchestrationOptions>>());
        foreach (var name in new[] { "a", "b" })
        {
            Assert.Equal(name, (await (await orchestrator.SpawnAsync(new AgentGoal("x") { Agent = name })).Completion.WaitAsync(World.Hang)).Output!.Text);
        }
    }

    [Fact]
    public async Task KeyedOrchestrators_AreApart()
    {
        var services = new ServiceCollection();
        services.AddAgentOrchestration().AddAgent("who", (_, _) => Task.FromResult<AgentOutput>("plain"));
        services.AddAgentOrchestration("one", options => options.MaxConcurrentAgents = 1).AddAgent("who", (_, _) => Task.FromResult<AgentOutput>("one"));
        services.AddAgentOrchestration("two", options => options.MaxConcurrentAgents = 2).AddAgent("who", (_, _) => Task.FromResult<AgentOutput>("two"));
        await using var provider = services.BuildServiceProvider();
        var orchestrators = new[] { provider.GetRequiredService<IAgentOrchestrator>(), provider.GetRequiredKeyedService<IAgentOrchestrator>("one"), provider.GetRequiredKeyedService<IAgentOrchestrator>("two") };

        Assert.Equal([4, 1, 2], orchestrators.Select(orchestrator => orchestrator.MaxConcurrentAgents));
        Assert.Equal(3, provider.GetServices<IHostedService>().Count());
        var outputs = new List<string>();
        foreach (var orchestrator in orchestrators)
        {
            outputs.Add((await (await orchestrator.SpawnAsync(new AgentGoal("x") { Agent = "who" })).Completion.WaitAsync(World.Hang)).Output!.Text);
        }

        Assert.Equal(["plain", "one", "two"], outputs);
        Assert.Throws<ArgumentException>(() => services.AddAgentOrchestration(" "));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("key")]
    public async Task BadOption_StopsTheHostAtItsStart_SayingWhich(string? key)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        Action<AgentOrchestrationOptions> configure = options => options.MaxConcurrentAgents = 0;
        _ = key is null ? builder.Services.AddAgentOrchestration(configure) : builder.Services.AddAgentOrchestration(key, configure);
        using var host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(nameof(AgentOrchestrationOptions.MaxConcurrentAgents), exception.Message);
    }

    public static TheoryData<Action<AgentOrchestrationOptions>, string> BadOptions() => new()
    {
        { options => options.MaxConcurrentAgents = 0, nameof(AgentOrchestrationOptions.MaxConcurrentAgents) },
        { options => options.MaxStartedAgents = 0, nameof(AgentOrchestrationOptions.MaxStartedAgents) },
        { options => options.MaxQueuedAgents = 0, nameof(AgentOrchestrationOptions.MaxQueuedAgents) },
        { options => options.MaxSpawnDepth = -1, nameof(AgentOrchestrationOptions.MaxSpawnDepth) },
        { options => options.AgeingInterval = TimeSpan.Zero, nameof(AgentOrchestrationOptions.AgeingInterval) },
        { options => options.CancellationGracePeriod = TimeSpan.FromDays(2), nameof(AgentOrchestrationOptions.CancellationGracePeriod) },
        { options => options.MaxDetachedAgents = 0, nameof(AgentOrchestrationOptions.MaxDetachedAgents) },
        { options => options.StallThreshold = TimeSpan.Zero, nameof(AgentOrchestrationOptions.StallThreshold) },
        { options => options.ShutdownDrainPeriod = TimeSpan.FromSeconds(-1), nameof(AgentOrchestrationOptions.ShutdownDrainPeriod) },
        { options => options.MaxEndedAgents = -1, nameof(AgentOrchestrationOptions.MaxEndedAgents) },
        { options => options.EndedAgentRetention = TimeSpan.Zero, nameof(AgentOrchestrationOptions.EndedAgentRetention) },
        { options => options.EndedAgentRetention = TimeSpan.FromDays(50), nameof(AgentOrchestrationOptions.EndedAgentRetention) },
        { options => options.MaxRetainedEvents = 15, nameof(AgentOrchestrationOptions.MaxRetainedEvents) },
        { options => options.MaxMailboxMessages = 0, nameof(AgentOrchestrationOptions.MaxMailboxMessages) },
        { options => options.MaxPartialOutputCharacters = -1, nameof(AgentOrchestrationOptions.MaxPartialOutputCharacters) },
        { options => options.KnowledgeMemoryMegabytes = 0, nameof(AgentOrchestrationOptions.KnowledgeMemoryMegabytes) },
        { options => options.ConcurrencyGroups["g"] = 0, nameof(AgentOrchestrationOptions.ConcurrencyGroups) },
        { options => options.ConcurrencyGroups[" "] = 1, nameof(AgentOrchestrationOptions.ConcurrencyGroups) },
    };

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public void Create_WithABadOption_Throws_SayingWhich(Action<AgentOrchestrationOptions> configure, string name)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => AgentOrchestrator.Create(configure));

        Assert.Contains(name, exception.Message);
    }

    [Fact]
    public async Task Options_AreReadOnce()
    {
        AgentOrchestrationOptions captured = null!;
        await using var world = new World(configure: options => captured = options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("before")));
        captured.MaxSpawnDepth = 0;
        captured.MaxQueuedAgents = 0;
        captured.MaxPartialOutputCharacters = 0;
        captured.CancellationGracePeriod = TimeSpan.FromDays(5);
        captured.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("after"));
        captured.ConcurrencyGroups["g"] = 0;
        var gate = new AgentGate();

        var first = await world.EndAsync(await world.Orchestrator.SpawnAsync(new AgentGoal("x") { ConcurrencyGroup = "g" }));
        var second = await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Output("streamed").Spawn("c", new ScriptedAgent()).WaitForChildren().Throw(new InvalidOperationException())));
        var third = await world.SpawnAsync(new ScriptedAgent().Ignore(gate));
        await world.SettleAsync();
        await world.Orchestrator.CancelAsync(third.Id);

        Assert.Equal(("before", "streamed"), (first.Output!.Text, second.Output!.Text));
        Assert.Equal(30, (await world.EndAsync(third)).Duration.TotalSeconds);
        gate.Open();
    }

    [Fact]
    public async Task Create_WithoutContainer_HasEverything()
    {
        await using var orchestrator = AgentOrchestrator.Create(options => options.AddAgent("made", _ => new ScriptedAgent().Return("made for each attempt")).AddAgent("default", async (context, ct) =>
        {
            await Task.Yield();
            Assert.Null(context.Services.GetService(typeof(TimeProvider)));
            await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("r"), cancellationToken: ct);
            Assert.NotNull(context.Knowledge);
            return "done";
        }));

        var plain = await (await orchestrator.SpawnAsync("x")).Completion.WaitAsync(World.Hang);
        var made = await (await orchestrator.SpawnAsync(new AgentGoal("x") { Agent = "made" })).Completion.WaitAsync(World.Hang);

        Assert.Null(plain.Error);
        Assert.Equal(["done", "made for each attempt"], new[] { plain, made }.Select(result => result.Output?.Text));
    }

    [Fact]
    public async Task HostThatStops_DrainsThenCancels_AndItsOwnTokenHurriesIt()
    {
        var time = new SimulatedTime();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddAgentOrchestration(options => options.ShutdownDrainPeriod = TimeSpan.FromHours(1));
        var host = builder.Build();
        await host.StartAsync();
        var orchestrator = host.Services.GetRequiredService<IAgentOrchestrator>();
        var drained = await orchestrator.SpawnAsync("x", new ScriptedAgent().Delay(TimeSpan.FromMinutes(30)).Return("drained"));
        var hurried = await orchestrator.SpawnAsync("x", new ScriptedAgent().Receive());
        using var hurry = new CancellationTokenSource();
        var stopping = host.StopAsync(hurry.Token);
        Assert.Equal("drained", (await time.RunUntilAsync(drained.Completion)).Output!.Text);
        Assert.False(stopping.IsCompleted);
        var refused = await Assert.ThrowsAsync<GoalRefusedException>(async () => await orchestrator.SpawnAsync("x", new ScriptedAgent()));
        Assert.Equal(GoalRefusal.ShuttingDown, refused.Reason);

        await hurry.CancelAsync();

        Assert.Equal(AgentState.Cancelled, (await hurried.Completion.WaitAsync(World.Hang)).State);
        await Record.ExceptionAsync(() => stopping.WaitAsync(World.Hang));
        Assert.Equal(AgentState.Cancelled, orchestrator.GetStatus(hurried.Id)!.State);
        await time.RunUntilAsync(((IAsyncDisposable)host).DisposeAsync().AsTask());
        Assert.Equal(TimeSpan.FromMinutes(30), (await drained.Completion).Duration);
    }

    [Fact]
    public async Task HostsOwnOrchestrator_Wins()
    {
        var own = NSubstitute.Substitute.For<IAgentOrchestrator>();
        var services = new ServiceCollection();
        services.AddSingleton(own);
        services.AddAgentOrchestration();
        await using var provider = services.BuildServiceProvider();

        Assert.Same(own, provider.GetRequiredService<IAgentOrchestrator>());
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(default);
            await hosted.StopAsync(default);
        }
    }

    private sealed class ScopedThing(List<string> log) : IDisposable
    {
        public List<string> Log => log;

        public void Dispose() => log.Add("thing disposed");
    }

    private sealed class BrokenThing : IDisposable
    {
        public void Dispose() => throw new InvalidOperationException("broken");
    }

    private sealed class ScopedAgent(ScopedThing thing) : IAgent, IAsyncDisposable
    {
        public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            thing.Log.Add($"run {context.Attempt}");
            return context.Attempt == 1 ? throw new InvalidOperationException() : "done";
        }

        public ValueTask DisposeAsync()
        {
            thing.Log.Add("agent disposed");
            return default;
        }
    }
}
