using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using CsCheck;

namespace AgentOrchestration.Tests.Budgets;

/// <summary>INV-40: calls, tokens, cost and time are hard limits, over parallel children too.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class BudgetTests
{
    [Fact]
    public async Task Usage_IsThatOfTheAgentAndItsChildren_OverAllAttempts()
    {
        await using var world = new World();
        var child = new ScriptedAgent().Do(static (context, _) => CallAsync(context, 100, 10));
        var parent = new ScriptedAgent()
            .Do(static (context, _) => CallAsync(context, 1, 2))
            .Spawn("child", child).Spawn("child", child).WaitForChildren()
            .ThrowOnFirst(1, new InvalidOperationException("once"));

        var result = await world.EndAsync(await world.SpawnAsync(new AgentGoal("x") { Retry = new AgentRetryPolicy { MaxAttempts = 2 } }, parent));

        Assert.Equal(AgentState.Completed, result.State);
        Assert.Equal((402L, 44L, 6), (result.Usage.InputTokens, result.Usage.OutputTokens, result.Usage.ModelCalls));
    }

    [Fact]
    public async Task ModelCalls_AreAHardLimit_AndNotRetried()
    {
        await using var world = new World();
        var agent = new ScriptedAgent().Output("so far").Do(static async (context, _) =>
        {
            while (true)
            {
                await CallAsync(context, 1, 1);
            }
        });

        var result = await world.EndAsync(await world.SpawnAsync(
            new AgentGoal("x") { Budget = new AgentBudget { MaxModelCalls = 3 }, Retry = new AgentRetryPolicy { MaxAttempts = 5 } },
            agent));

        Assert.Equal((AgentState.Failed, AgentErrorCodes.BudgetExceeded, 1, 3), (result.State, result.Error!.Code, result.Attempts, result.Usage.ModelCalls));
        var exceeded = Assert.IsType<BudgetExceededException>(result.Error.Exception);
        Assert.Equal((AgentBudgetLimit.ModelCalls, result.Id, result.Id), (exceeded.Limit, exceeded.AgentId, exceeded.BudgetOf));
        Assert.Equal("so far", result.Output!.Text);
    }

    [Fact]
    public async Task Tokens_ClampTheOutputOfTheLastCall_AndRefuseTheNext()
    {
        await using var world = new World();
        var granted = new List<long?>();
        var agent = new ScriptedAgent().Do(async (context, _) =>
        {
            while (true)
            {
                using var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(InputTokens: 10, MaxOutputTokens: 40));
                granted.Add(call.MaxOutputTokens);
                call.Complete(10, call.MaxOutputTokens!.Value);
            }
        });

        var result = await world.EndAsync(await world.SpawnAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxTokens = 120 } }, agent));

        Assert.Equal([40L, 40L, 10L], granted);
        Assert.Equal((AgentErrorCodes.BudgetExceeded, 120L), (result.Error!.Code, result.Usage.Tokens));
    }

    [Fact]
    public async Task Cost_CountsByThePriceOfTheClientThatAnswered_AndNeedsOne()
    {
        await using var world = new World();
        var price = new ModelPrice(1_000_000m, 2_000_000m);
        Exception? withoutPrice = null;
        long? granted = null;
        var agent = new ScriptedAgent().Do(async (context, _) =>
        {
            withoutPrice = await Record.ExceptionAsync(async () => await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(1)));
            using (var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(10, Price: price)))
            {
                granted = call.MaxOutputTokens;
                call.Routed(new LlmRoute("cheap", LlmRouteReason.FailedOver, new ModelPrice(100_000m, 100_000m)));
                call.Complete(10, 10);
            }

            using (var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(10, MaxOutputTokens: 5, Price: price)))
            {
                call.Complete(10, 5);
            }

            Assert.Equal(8, context.GetRemainingBudget().MaxCost);
            await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(10, Price: price));
        });

        var result = await world.EndAsync(await world.SpawnAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxCost = 30 } }, agent));

        Assert.IsType<InvalidOperationException>(withoutPrice);
        Assert.Equal(10, granted);
        Assert.Equal((AgentErrorCodes.BudgetExceeded, 22m), (result.Error?.Code, result.Usage.Cost));
        Assert.Equal(["cheap", null], world.Events.Events.OfType<ModelCallEnded>().Select(static ended => ended.Client));
    }

    [Fact]
    public async Task CallTime_CancelsWhatIsInFlight_AndAddsUpWhatRunsTogether()
    {
        await using var world = new World();
        var agent = new ScriptedAgent().Do(static (context, _) => context.RunConcurrentlyAsync([WaitAsync, WaitAsync]).AsTask());

        var result = await world.EndAsync(await world.SpawnAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxCallTime = TimeSpan.FromSeconds(10) } }, agent));

        Assert.Equal((AgentErrorCodes.BudgetExceeded, 5d, 10d), (result.Error!.Code, result.Duration.TotalSeconds, result.Usage.CallTime.TotalSeconds));
        Assert.Equal(AgentBudgetLimit.CallTime, Assert.IsType<BudgetExceededException>(result.Error.Exception).Limit);

        static async Task WaitAsync(AgentContext context, CancellationToken cancellationToken)
        {
            using var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(1));
            try
            {
                await Task.Delay(TimeSpan.FromMinutes(1), context.Time, call.CancellationToken);
            }
            catch (OperationCanceledException) when (call.TimeIsOver is not null)
            {
                throw call.TimeIsOver;
            }
        }
    }

    [Fact]
    public async Task CallTime_OfAParent_EndsTheCallsOfItsChildren()
    {
        await using var world = new World();
        var child = new ScriptedAgent().Do(static (context, _) => context.RunToolAsync(
            new ToolCall("sleep"),
            async (_, cancellationToken) =>
            {
                await Task.Delay(TimeSpan.FromMinutes(1), context.Time, cancellationToken);
                return "";
            }).AsTask());
        var parent = new ScriptedAgent().Spawn("child", child).Spawn("child", child).WaitForChildren();

        var result = await world.EndAsync(await world.SpawnAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxCallTime = TimeSpan.FromSeconds(8) } }, parent));

        Assert.Equal((AgentState.Completed, 4d, 8d), (result.State, result.Duration.TotalSeconds, result.Usage.CallTime.TotalSeconds));
        var failures = world.Events.Events.OfType<AgentFailed>().ToList();
        Assert.Equal(2, failures.Count);
        Assert.All(failures, failed => Assert.Equal((AgentErrorCodes.BudgetExceeded, result.Id), (failed.Error.Code, Assert.IsType<BudgetExceededException>(failed.Error.Exception).BudgetOf)));
    }

    [Fact]
    public async Task AReservation_HoldsOthersBack_AndTheyGoOnWhenItIsSettled()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var second = new ScriptedAgent().Do(static (context, _) => CallAsync(context, 50, 10));
        var parent = new ScriptedAgent().Spawn("second", second).Do(async (context, cancellationToken) =>
        {
            using (var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(10)))
            {
                Assert.Equal(90, call.MaxOutputTokens);
                await context.ReceiveAsync();
                call.Complete(10, 10);
            }
        }).WaitForChildren();
        var handle = await world.SpawnAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxTokens = 100 } }, parent);
        var spawned = await world.Events.WaitForAsync<AgentSpawned>(e => e.ParentId == handle.Id);

        await world.WaitsAsync(spawned.AgentId!.Value, static wait => wait.Kind == AgentWaitKind.Budget);
        await world.Orchestrator.SendAsync(handle.Id, new AgentMessage("go on"));
        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Completed, 80L), (result.State, result.Usage.Tokens));
    }

    [Fact]
    public async Task INV40_RandomTreesOfParallelChildren_StayWithinEveryBudget() =>
        await Gen.Select(Gen.Int[1, 4], Gen.Int[1, 400], Gen.Int[1, 12], Gen.Int[1, 5], Gen.Int[0, 30]).SampleAsync(async (capacity, tokens, calls, children, size) =>
        {
            await using var world = new World(capacity);
            var child = new ScriptedAgent().Do((context, _) => context.RunConcurrentlyAsync(
                [.. Enumerable.Repeat<Func<AgentContext, CancellationToken, Task>>((fork, _) => UseUpAsync(fork, size), 2)]).AsTask());
            var parent = new ScriptedAgent();
            for (var i = 0; i < children; i++)
            {
                parent = parent.Spawn("child", child);
            }

            var result = await world.EndAsync(await world.SpawnAsync(
                new AgentGoal("x") { Budget = new AgentBudget { MaxTokens = tokens, MaxModelCalls = calls } },
                parent.WaitForChildren()));

            return result.State == AgentState.Completed
                && result.Usage.Tokens <= tokens
                && result.Usage.ModelCalls <= calls
                && (result.Usage.ModelCalls == calls || tokens - result.Usage.Tokens <= size)
                && world.Events.Events.OfType<AgentFailed>().All(static failed => failed.Error.Code == AgentErrorCodes.BudgetExceeded);
        }, iter: 40, threads: 1);

    [Theory]
    [InlineData(nameof(AgentBudget.MaxTokens))]
    [InlineData(nameof(AgentBudget.MaxModelCalls))]
    [InlineData(nameof(AgentBudget.MaxToolCalls))]
    [InlineData(nameof(AgentBudget.MaxCost))]
    [InlineData(nameof(AgentBudget.MaxCallTime))]
    public async Task Limits_OfZero_AreRefused(string limit)
    {
        await using var world = new World();
        var budget = limit switch
        {
            nameof(AgentBudget.MaxTokens) => new AgentBudget { MaxTokens = 0 },
            nameof(AgentBudget.MaxModelCalls) => new AgentBudget { MaxModelCalls = 0 },
            nameof(AgentBudget.MaxToolCalls) => new AgentBudget { MaxToolCalls = 0 },
            nameof(AgentBudget.MaxCost) => new AgentBudget { MaxCost = 0 },
            _ => new AgentBudget { MaxCallTime = TimeSpan.Zero },
        };

        await Assert.ThrowsAsync<ArgumentException>(() => world.SpawnAsync(new AgentGoal("x") { Budget = budget }, new ScriptedAgent()));
    }

    [Fact]
    public async Task DetachedCode_KeepsNoTimeRunning()
    {
        var gate = new AgentGate();
        await using (var world = new World(configure: static options => options.CancellationGracePeriod = TimeSpan.FromSeconds(1)))
        {
            var deaf = new ScriptedAgent().Do(async (context, _) =>
            {
                using var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(1));
                await gate.PassAsync(CancellationToken.None);
            });
            var parent = new ScriptedAgent().Do(async (context, _) =>
            {
                var child = await context.SpawnAsync("deaf", deaf);
                await gate.WaitForArrivalAsync();
                await context.CancelChildAsync(child);
                await context.WaitForAsync(child);
                await Task.Delay(TimeSpan.FromSeconds(10), context.Time);
            });

            var result = await world.EndAsync(await world.SpawnAsync(new AgentGoal("x") { Budget = new AgentBudget { MaxCallTime = TimeSpan.FromSeconds(5) } }, parent));

            Assert.Equal((AgentState.Completed, 1d), (result.State, result.Usage.CallTime.TotalSeconds));
            gate.Open();
        }
    }

    private static async Task UseUpAsync(AgentContext context, int size)
    {
        while (true)
        {
            using var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(size, MaxOutputTokens: 7));
            await Task.Delay(TimeSpan.FromMilliseconds(size), context.Time, call.CancellationToken);
            call.Complete(size, call.MaxOutputTokens!.Value);
        }
    }

    private static async Task CallAsync(AgentContext context, int input, int output)
    {
        using var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(input, output));
        call.Complete(input, output);
    }
}
