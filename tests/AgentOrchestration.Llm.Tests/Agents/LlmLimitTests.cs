using AgentOrchestration.Llm.Tests.Testing;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Agents;

/// <summary>INV-40: turns, calls, tokens, cost and time are hard limits, against a model that always asks for one more tool, and over parallel children.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class LlmLimitTests
{
    // A model that never comes to an end, whatever it is told.
    private static ScriptedModel Endless(long input = 100, long output = 10) => new((_, _) => new ModelTurn().Text(".").Call("noop").Usage(input, output));

    private static AIFunction Noop { get; } = AIFunctionFactory.Create(static () => "ok", "noop");

    [Fact]
    public async Task INV40_Turns_EndAModelThatAlwaysAsksForOneMoreTool_AndKeepWhatItSaid()
    {
        var model = Endless();
        await using var world = new LlmWorld(model);

        var result = await world.RunAsync("x", static options =>
        {
            options.Tools.Add(Noop);
            options.MaxTurns = 5;
        });

        Assert.Equal((AgentState.Failed, "turns_exceeded", "....."), (result.State, result.Error!.Code, result.Output!.Text));
        Assert.Equal(5, result.Usage.ModelCalls);
        Assert.Contains("This is your last turn", model.Calls[4].Messages[^1].Text, StringComparison.Ordinal);
        Assert.Equal(ChatToolMode.None, model.Calls[4].Options!.ToolMode);
        Assert.DoesNotContain("This is your last turn", model.Calls[3].Messages[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task INV40_AModelThatHeedsTheWarning_CompletesWithinTheLimit()
    {
        var model = new ScriptedModel(static (messages, _) => messages[^1].Text.Contains("last turn", StringComparison.Ordinal) ? "best so far" : new ModelTurn().Call("noop"));
        await using var world = new LlmWorld(model);

        var result = await world.RunAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxModelCalls = 4 } }, static options => options.Tools.Add(Noop));

        Assert.Equal((AgentState.Completed, "best so far", 4), (result.State, result.Output!.Text, result.Usage.ModelCalls));
    }

    [Fact]
    public async Task INV40_ModelCalls_Tokens_ToolCalls_AndCost_AreHard()
    {
        (AgentBudget Budget, Func<AgentUsage, bool> Within)[] budgets =
        [
            (new AgentBudget { MaxModelCalls = 4 }, static usage => usage.ModelCalls == 4),
            (new AgentBudget { MaxTokens = 3_000 }, static usage => usage.Tokens <= 3_000),
            (new AgentBudget { MaxToolCalls = 4 }, static usage => usage.ToolCalls <= 4),
            (new AgentBudget { MaxCost = 0.01m }, static usage => usage.Cost <= 0.01m),
        ];
        foreach (var (budget, within) in budgets)
        {
            await using var world = new LlmWorld(new PricedRouter(Endless(), new ModelPrice(10, 10)));

            var result = await world.RunAsync(new AgentGoal("x") { Budget = budget }, static options =>
            {
                options.Tools.Add(Noop);
                options.MaxOutputTokens = 100;
            });

            Assert.Equal((AgentState.Failed, AgentErrorCodes.BudgetExceeded), (result.State, result.Error!.Code));
            Assert.True(within(result.Usage), $"{budget} was exceeded: {result.Usage}");
            Assert.NotEmpty(result.Output!.Text);
        }
    }

    [Fact]
    public async Task INV40_CallTime_EndsAModelThatNeverReturns_AndAToolThatDoesNot()
    {
        var gate = new AgentGate();
        foreach (var model in new[] { new ScriptedModel(new ModelTurn().Text("well").Pass(gate)), new ScriptedModel(new ModelTurn().Text("well").Call("hang")) })
        {
            await using var world = new LlmWorld(model);
            var hang = AIFunctionFactory.Create(
                async (CancellationToken cancellationToken) =>
                {
                    await gate.PassAsync(cancellationToken);
                    return "";
                },
                "hang");

            var result = await world.RunAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxCallTime = TimeSpan.FromSeconds(30) } }, options => options.Tools.Add(hang));

            Assert.Equal((AgentErrorCodes.BudgetExceeded, 30d, "well"), (result.Error?.Code, result.Duration.TotalSeconds, result.Output!.Text));
        }
    }

    [Fact]
    public async Task INV40_ABudget_HoldsOverParallelChildren()
    {
        var model = Endless();
        await using var world = new LlmWorld(model);
        var parent = new ScriptedAgent();
        for (var i = 0; i < 4; i++)
        {
            parent = parent.Spawn("child", LlmWorld.Agent(static options =>
            {
                options.Tools.Add(Noop);
                options.MaxOutputTokens = 100;
            }));
        }

        var result = await world.EndAsync(await world.Orchestrator.SpawnAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxTokens = 5_000, MaxToolCalls = 9 } }, parent.WaitForChildren()));

        Assert.True(result.Usage.Tokens <= 5_000 && result.Usage.ToolCalls <= 9, result.Usage.ToString());
        Assert.All(world.Of<AgentFailed>(), static failed => Assert.Equal(AgentErrorCodes.BudgetExceeded, failed.Error.Code));
    }

    [Fact]
    public async Task AHardStop_EndsSiblingTools_EvenOneThatWaitsForApproval()
    {
        var model = new ScriptedModel(new ModelTurn().Call("ask").Call("fail"), "never");
        await using var world = new LlmWorld(model);
        var fail = AIFunctionFactory.Create(static string () => throw new AgentFailureException("disk_full", "The disk is full."), "fail");
        var ask = new AgentTool(AIFunctionFactory.Create(static () => "asked", "ask")) { Approval = static _ => "Ask" };

        var result = await world.RunAsync("x", options =>
        {
            options.Tools.Add(ask);
            options.Tools.Add(fail);
        });

        Assert.Equal((AgentState.Failed, "disk_full"), (result.State, result.Error!.Code));
        Assert.Single(model.Calls);
        Assert.Empty(world.Orchestrator.ListApprovals());
    }

    [Fact]
    public async Task ADeadlockInATool_EndsTheAgent_AndIsNotLeftToTheModel()
    {
        var model = new ScriptedModel(static (messages, _) => messages.Any(static message => message.Role == ChatRole.Tool) ? "never mind" : new ModelTurn().Call("lock"));
        await using var world = new LlmWorld(model);
        var arrived = new AgentGate();
        var lockBoth = AIFunctionFactory.Create(
            async (AIFunctionArguments arguments) =>
            {
                var context = (AgentContext)arguments.Context![typeof(AgentContext)]!;
                var (first, second) = context.Goal.Name == "one" ? ("a", "b") : ("b", "a");
                await using var held = await context.Locks.AcquireAsync(ResourceRequest.Exclusive(first));
                await arrived.PassAsync();
                await using var other = await context.Locks.AcquireAsync(ResourceRequest.Exclusive(second));
                return "locked";
            },
            "lock");
        var one = await world.SpawnAsync(new AgentGoal("x") { Name = "one" }, options => options.Tools.Add(lockBoth));
        var two = await world.SpawnAsync(new AgentGoal("x") { Name = "two" }, options => options.Tools.Add(lockBoth));
        await arrived.WaitForArrivalAsync(2).WaitAsync(LlmWorld.Hang);
        arrived.Open();

        AgentResult[] results = [await world.EndAsync(one), await world.EndAsync(two)];

        Assert.Equal([AgentErrorCodes.ResourceDeadlock], results.Where(static result => result.State == AgentState.Failed).Select(static result => result.Error!.Code));
        Assert.Equal(AgentState.Completed, results.Single(static result => result.State != AgentState.Failed).State);
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("turn")]
    [InlineData("stream")]
    [InlineData("tool")]
    [InlineData("tools")]
    [InlineData("approval")]
    [InlineData("judge")]
    public async Task Cancel_InAnyPhase_EndsTheAgent_AndKeepsWhatWasStreamed(string phase)
    {
        var gate = new AgentGate();
        ModelTurn Waits(string at, ModelTurn otherwise) => phase == at ? new ModelTurn().Pass(gate) : otherwise;
        var model = new ScriptedModel((messages, _) =>
            messages[^1].Text.StartsWith("Make a short plan", StringComparison.Ordinal) ? Waits("plan", """{"steps": ["one"]}""")
            : messages[0].Text.StartsWith("You judge", StringComparison.Ordinal) ? Waits("judge", """{"answer": "yes"}""")
            : messages.Any(static message => message.Role == ChatRole.Tool) ? "done"
            : phase == "stream" ? new ModelTurn().Text("so far").Pass(gate)
            : phase == "tools" ? new ModelTurn().Text("so far").Call("hang").Call("hang")
            : phase == "approval" ? new ModelTurn().Text("so far").Call("ask").Call("ask")
            : Waits("turn", new ModelTurn().Text("so far").Call(phase == "tool" ? "hang" : "noop")));
        await using var world = new LlmWorld(model);
        var hang = AIFunctionFactory.Create(
            async (CancellationToken cancellationToken) =>
            {
                await gate.PassAsync(cancellationToken);
                return "";
            },
            "hang");
        var ask = new AgentTool(AIFunctionFactory.Create(static () => "asked", "ask")) { Approval = static _ => "Ask" };
        var handle = await world.SpawnAsync(new AgentGoal("x") { SuccessCriteria = ["good"] }, options =>
        {
            options.MaxPlanSteps = 1;
            options.Tools.Add(hang);
            options.Tools.Add(ask);
            options.Tools.Add(Noop);
        });
        if (phase == "approval")
        {
            await world.Events.WaitForAsync<AgentWaiting>(static e => e.Wait.Kind == AgentWaitKind.Approval).WaitAsync(LlmWorld.Hang);
        }
        else
        {
            await gate.WaitForArrivalAsync(phase == "tools" ? 2 : 1).WaitAsync(LlmWorld.Hang);
        }

        Assert.True(await world.Orchestrator.CancelAsync(handle.Id, "enough"));
        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Cancelled, "enough", false), (result.State, result.CancelReason, result.Detached));
        Assert.Equal(phase is "plan" or "turn" ? null : phase == "judge" ? "so fardone" : "so far", result.Output?.Text);
        Assert.Empty(world.Orchestrator.ListApprovals());
    }

    [Fact]
    public async Task AClientThatIgnoresCancellation_IsDetached_AndItsAnswerDropped()
    {
        var gate = new AgentGate();
        await using var world = new LlmWorld(new ScriptedModel(new ModelTurn().Text("so far").Ignore(gate).Text("too late")), configure: static options => options.CancellationGracePeriod = TimeSpan.FromSeconds(5));
        var handle = await world.SpawnAsync("x");
        await gate.WaitForArrivalAsync().WaitAsync(LlmWorld.Hang);

        await world.Orchestrator.CancelAsync(handle.Id);
        var result = await world.EndAsync(handle);
        gate.Open();

        Assert.Equal((AgentState.Cancelled, true, "so far"), (result.State, result.Detached, result.Output!.Text));
    }

    private sealed class PricedRouter(ScriptedModel model, ModelPrice price) : ILlmRouter
    {
        public ValueTask<IChatClient> SelectClientAsync(LlmRequest request, CancellationToken cancellationToken = default)
        {
            request.Routed?.Invoke(new LlmRoute("priced", LlmRouteReason.Selected, price));
            return model.SelectClientAsync(request, cancellationToken);
        }
    }
}
