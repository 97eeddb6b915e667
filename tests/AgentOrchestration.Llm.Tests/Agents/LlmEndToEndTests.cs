using System.Text.Json.Serialization;
using AgentOrchestration.Llm.Tests.Loopback;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Llm.Tests.Agents;

/// <summary>The whole path over HTTP, through the official client and the default router: only the model is a script.</summary>
public sealed class LlmEndToEndTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private static AIFunction Add { get; } = AIFunctionFactory.Create(static (int a, int b) => a + b, "add");

    [Fact]
    public async Task AnAgent_PlansCallsToolsAndAnswers_WithUsageAndRoutes()
    {
        await using var server = await LoopbackServer.StartAsync(
            new LoopbackReply().Text("""{"steps": ["Add"]}""").Usage(50, 5),
            new LoopbackReply().Text("Adding. ").Call("add", """{"a": 2, "b": 3}""").Call("add", """{"a": 4, "b": 5}""").Call("complete_step", """{"step": 1}""").Usage(100, 20),
            new LoopbackReply().Text("5 and 9").Usage(150, 6),
            new LoopbackReply().Text("""{"answer": "yes", "reason": "both are there"}""").Usage(60, 8));
        using var client = server.Connect();
        await using var orchestrator = AgentOrchestrator.Create(options => options
            .UseLlm(llm => llm.AddClient("main", client, static main => main.Price = new ModelPrice(1, 2)))
            .AddLlmAgent("default", static agent => agent.Tools.Add(Add)));
        await using var events = EventRecorder.Start(orchestrator);

        var result = await (await orchestrator.SpawnAsync(new AgentGoal("2 + 3 and 4 + 5") { SuccessCriteria = ["both sums"] })).Completion.WaitAsync(Hang);
        await events.WaitForEndAsync(result.Id).WaitAsync(Hang);

        Assert.True(result.Succeeded, result.Error?.Message);
        Assert.Equal("5 and 9", result.Output!.Text);
        Assert.Equal((360L, 39L, 4, 2), (result.Usage.InputTokens, result.Usage.OutputTokens, result.Usage.ModelCalls, result.Usage.ToolCalls));
        Assert.Equal(((360m * 1) + (39 * 2)) / 1_000_000, result.Usage.Cost);
        Assert.Equal(
            [LlmPurpose.Plan, LlmPurpose.Act, LlmPurpose.Act, LlmPurpose.Judge],
            events.Events.OfType<ModelRouted>().Select(static e => e.Purpose));
        Assert.All(events.Events.OfType<ModelCallEnded>(), static e => Assert.Equal(("main", true), (e.Client, e.Succeeded)));
        Assert.Equal(["5", "9"], server.Requests[2].Messages.Where(static message => message.GetProperty("role").GetString() == "tool").Take(2).Select(static message => message.GetProperty("content").GetString()));
    }

    [Fact]
    public async Task A429_AnError_AndACutConnection_AreTheRouters_AndTheAgentGoesOn()
    {
        await using var server = await LoopbackServer.StartAsync(
            LoopbackReply.Overloaded(TimeSpan.FromMilliseconds(5)),
            new LoopbackReply().Call("add", """{"a": 2, "b": 3}"""),
            LoopbackReply.Error(500),
            "It is 5.");
        using var first = server.Connect("first");
        using var second = server.Connect("second");
        await using var orchestrator = AgentOrchestrator.Create(options => options
            .UseLlm(llm => llm.AddClient("first", first).AddClient("second", second))
            .AddLlmAgent("default", static agent =>
            {
                agent.MaxPlanSteps = 0;
                agent.Tools.Add(Add);
            }));
        await using var events = EventRecorder.Start(orchestrator);

        var result = await (await orchestrator.SpawnAsync("2 + 3")).Completion.WaitAsync(Hang);
        await events.WaitForEndAsync(result.Id).WaitAsync(Hang);

        Assert.Equal((AgentState.Completed, "It is 5."), (result.State, result.Output?.Text));
        Assert.Equal(4, server.Requests.Count);
        Assert.Contains(events.Events.OfType<ModelRouted>(), static e => e.Route.Reason == LlmRouteReason.FailedOver);
    }

    [Fact]
    public async Task AnAnswerThatIsCutOff_FailsTheAttempt_AndARetrySucceeds()
    {
        var read = new AgentGate();
        await using var server = await LoopbackServer.StartAsync(new LoopbackReply().Text("It ").Pass(read).Cut(), "It is fine.");
        using var client = server.Connect();
        await using var orchestrator = AgentOrchestrator.Create(options => options
            .UseLlm(llm => llm.AddClient("main", client))
            .AddLlmAgent("default", static agent => agent.MaxPlanSteps = 0));
        var handle = await orchestrator.SpawnAsync(new AgentGoal("x") { Retry = new AgentRetryPolicy { MaxAttempts = 2, InitialDelay = TimeSpan.Zero } });
        await foreach (var e in handle.Watch())
        {
            if (e is AgentOutputProduced { Delta: "It " })
            {
                read.Open();
            }
        }

        var result = await handle.Completion.WaitAsync(Hang);

        Assert.Equal((AgentState.Completed, "It is fine.", 2), (result.State, result.Output?.Text, result.Attempts));
    }

    [Fact]
    public async Task MalformedArguments_AndAModelThatAlwaysAsksForOneMoreTool_AreContained()
    {
        await using var server = await LoopbackServer.StartAsync(static request => request.Number == 1
            ? new LoopbackReply().Call("add", """{"a": 2, "b": """)
            : new LoopbackReply().Call("add", """{"a": 2, "b": 3}"""));
        using var client = server.Connect();
        await using var orchestrator = AgentOrchestrator.Create(options => options
            .UseLlm(llm => llm.AddClient("main", client))
            .AddLlmAgent("default", static agent =>
            {
                agent.MaxPlanSteps = 0;
                agent.Tools.Add(Add);
            }));

        var result = await (await orchestrator.SpawnAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxModelCalls = 6 } })).Completion.WaitAsync(Hang);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.BudgetExceeded, 6), (result.State, result.Error?.Code, result.Usage.ModelCalls));
        Assert.Equal(6, server.Requests.Count);
        Assert.Contains("not valid JSON", server.Requests[1].LastText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABurstOfAgents_AtAServerThatAllowsFew_LosesNone_AndWaitsWithoutSlots()
    {
        // Until an agent has been seen to wait, nobody is answered.
        var gate = new AgentGate();
        await using var server = await LoopbackServer.StartAsync(
            request => request.Messages.Count(static message => message.GetProperty("role").GetString() == "tool") < 3
                ? new LoopbackReply().Pass(gate).Call("add", """{"a": 1, "b": 1}""")
                : "done",
            limit: 2,
            retryAfter: TimeSpan.FromMilliseconds(2));
        using var client = server.Connect();
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 16;
            options
                .UseLlm(llm => llm.AddClient("main", client, static main => main.MaxConcurrentCalls = 16))
                .AddLlmAgent("default", static agent =>
                {
                    agent.MaxPlanSteps = 0;
                    agent.Tools.Add(Add);
                });
        });
        await using var events = EventRecorder.Start(orchestrator);

        var handles = await orchestrator.SpawnParallelAsync([.. Enumerable.Range(0, 16).Select(static i => new AgentGoal($"goal {i}"))]);
        await events.WaitForAsync<AgentWaiting>(static e => e.Wait is { Kind: AgentWaitKind.Permit, Target: "model" }).WaitAsync(Hang);
        gate.Open();
        var results = await Task.WhenAll(handles.Select(static handle => handle.Completion)).WaitAsync(Hang);

        Assert.All(results, static result => Assert.Equal((AgentState.Completed, 4, 3), (result.State, result.Usage.ModelCalls, result.Usage.ToolCalls)));
        Assert.True(server.Load is { Peak: <= 2, Refused: > 0 });
    }

    [Fact]
    public async Task RunAsync_GivesAnAnswerOfAType()
    {
        await using var server = await LoopbackServer.StartAsync("""{"count":3,"names":["a","b","c"]}""", "no");
        using var client = server.Connect();
        await using var orchestrator = AgentOrchestrator.Create(options => options
            .UseLlm(llm => llm.AddClient("main", client))
            .AddLlmAgent("default", static agent =>
            {
                agent.MaxPlanSteps = 0;
                agent.MaxCorrections = 0;
            }));

        var answer = await orchestrator.RunAsync("Count them", AnswerJson.Default.Answer).WaitAsync(Hang);

        Assert.Equal((3, "a,b,c"), (answer.Count, string.Join(',', answer.Names)));
        Assert.Contains("json_schema", server.Requests[0].Body.GetProperty("response_format").GetRawText(), StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<AgentFailureException>(() => orchestrator.RunAsync("Count them", AnswerJson.Default.Answer).WaitAsync(Hang));
        Assert.Equal("malformed_output", failure.Code);
    }

    [Fact]
    public async Task InAContainer_TheClientIsFound_AndTheDefaultAgentAndTheJudgeAreThere()
    {
        await using var server = await LoopbackServer.StartAsync(static request =>
            request.LastText.StartsWith("Make a short plan", StringComparison.Ordinal) ? """{"steps": ["one"]}"""
            : request.LastText.Contains("Criterion: ", StringComparison.Ordinal) ? """{"answer": "yes"}"""
            : "done");
        using var client = server.Connect();
        var services = new ServiceCollection().AddSingleton(client);
        services.AddAgentOrchestration().AddLlm().AddAgent("plain", static (_, _) => Task.FromResult<AgentOutput>("plain answer"));
        await using var provider = services.BuildServiceProvider();
        var orchestrator = provider.GetRequiredService<IAgentOrchestrator>();

        var byModel = await (await orchestrator.SpawnAsync(new AgentGoal("x") { SuccessCriteria = ["good"] })).Completion.WaitAsync(Hang);
        var plain = await (await orchestrator.SpawnAsync(new AgentGoal("x") { Agent = "plain", SuccessCriteria = ["good"] })).Completion.WaitAsync(Hang);

        Assert.Equal((true, "done"), (byModel.Succeeded, byModel.Output!.Text));
        Assert.Equal(CriterionVerdict.Met, Assert.Single(plain.Criteria).Verdict);
        Assert.Equal(1, plain.Usage.ModelCalls);
    }
}

internal sealed record Answer(int Count, IReadOnlyList<string> Names);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Answer))]
internal sealed partial class AnswerJson : JsonSerializerContext;
