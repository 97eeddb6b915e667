using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using CsCheck;

namespace AgentOrchestration.Tests.Tools;

[Collection(SimulatedTimeCollection.Name)]
public sealed class ToolCallTests
{
    [Fact]
    public async Task ATool_IsRecorded_AndCounted()
    {
        await using var world = new World();
        ToolCallResult? returned = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => returned = await context.RunToolAsync(
            new ToolCall("read") { CallId = "c1", Arguments = """{"path":"a"}""" },
            async (given, cancellationToken) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(2), given.Time, cancellationToken);
                return "text";
            })));

        var result = await world.EndAsync(handle);

        Assert.Equal(new ToolCallResult(ToolCallOutcome.Succeeded, "text", IsCut: false), returned);
        Assert.Equal((1, 2d), (result.Usage.ToolCalls, result.Usage.CallTime.TotalSeconds));
        var started = Assert.Single(world.Events.Events.OfType<ToolCallStarted>());
        Assert.Equal(("c1", "read", """{"path":"a"}""", handle.Id), (started.CallId, started.Tool, started.Arguments, started.AgentId!.Value));
        var ended = Assert.Single(world.Events.Events.OfType<ToolCallEnded>());
        Assert.Equal(("c1", "read", ToolCallOutcome.Succeeded, "text", false, 2d), (ended.CallId, ended.Tool, ended.Outcome, ended.Result, ended.IsCut, ended.Duration.TotalSeconds));
    }

    [Fact]
    public async Task INV39_AResult_IsCutAtTheCap_AndSaysSo()
    {
        await using var world = new World();
        ToolCallResult? returned = null;
        await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) =>
            returned = await context.RunToolAsync(new ToolCall("read") { MaxResultCharacters = 10 }, static (_, _) => ValueTask.FromResult(new string('x', 1_000_000))))));

        Assert.True(returned!.IsCut);
        Assert.Equal("xxxxxxxxxx\n[cut: 10 of 1000000 characters are shown]", returned.Text);
        Assert.Equal((returned.Text, true), (world.Events.Events.OfType<ToolCallEnded>().Single().Result, world.Events.Events.OfType<ToolCallEnded>().Single().IsCut));
    }

    [Fact]
    public async Task WhatAToolThrows_IsRecorded_AndThrownOn()
    {
        await using var world = new World();
        var result = await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Do(static (context, _) =>
            context.RunToolAsync(new ToolCall("bad"), static (_, _) => throw new InvalidOperationException("boom")).AsTask())));

        Assert.Equal("boom", result.Error!.Message);
        var ended = Assert.Single(world.Events.Events.OfType<ToolCallEnded>());
        Assert.Equal((ToolCallOutcome.Failed, null), (ended.Outcome, ended.Result));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Approval_IsAskedFirst_AndARefusal_RunsNothing_CountsNothing_AndGivesItsReason(bool approved)
    {
        await using var world = new World();
        var ran = false;
        ToolCallResult? returned = null;
        var handle = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => returned = await context.RunToolAsync(
            new ToolCall("delete") { Approval = "delete a" },
            (_, _) =>
            {
                ran = true;
                return ValueTask.FromResult("done");
            })));
        var request = (await world.Events.WaitForAsync<ApprovalRequested>()).Request;
        Assert.Empty(world.Events.Events.OfType<ToolCallStarted>());

        await world.Orchestrator.AnswerAsync(request.Id, approved, "not on a Friday");
        var result = await world.EndAsync(handle);

        Assert.Equal((approved, approved ? 1 : 0), (ran, result.Usage.ToolCalls));
        Assert.Equal(approved ? "done" : "Refused: not on a Friday", returned!.Text);
        Assert.Equal(approved ? ToolCallOutcome.Succeeded : ToolCallOutcome.Refused, world.Events.Events.OfType<ToolCallEnded>().Single().Outcome);
    }

    [Fact]
    public async Task Approval_ThatNobodyGivesInTime_IsARefusal()
    {
        await using var world = new World();
        ToolCallResult? returned = null;
        await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => returned = await context.RunToolAsync(
            new ToolCall("delete") { Approval = "delete a", ApprovalTimeout = TimeSpan.FromSeconds(5) },
            static (_, _) => ValueTask.FromResult("done")))));

        Assert.Equal((ToolCallOutcome.Refused, "Refused: nobody approved it within 00:00:05."), (returned!.Outcome, returned.Text));
    }

    [Fact]
    public async Task Resources_AreHeldWhileItRuns()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var call = new ToolCall("edit") { Resources = [ResourceRequest.Exclusive("a"), ResourceRequest.Exclusive("b")] };
        var first = await world.SpawnAsync(new ScriptedAgent().Do((context, _) => context.RunToolAsync(call, async (_, cancellationToken) =>
        {
            await gate.PassAsync(cancellationToken);
            return "";
        }).AsTask()));
        await gate.WaitForArrivalAsync();
        var second = await world.SpawnAsync(new ScriptedAgent().Do((context, _) => context.RunToolAsync(call, static (_, _) => ValueTask.FromResult("")).AsTask()));
        await world.WaitsForAsync(second.Id, resource: null);

        gate.Open();
        await world.EndAllAsync(first, second);

        Assert.Equal(
            [nameof(ToolCallStarted), nameof(ToolCallEnded), nameof(ToolCallStarted), nameof(ToolCallEnded)],
            world.Events.Events.Where(static e => e is ToolCallStarted or ToolCallEnded).Select(static e => e.GetType().Name));
    }

    [Fact]
    public async Task ToolCalls_AreAHardLimit_CheckedBeforeApproval()
    {
        await using var world = new World();
        var result = await world.EndAsync(await world.SpawnAsync(
            new AgentGoal("x") { Budget = new AgentBudget { MaxToolCalls = 2 } },
            new ScriptedAgent().Do(static async (context, _) =>
            {
                for (var i = 0; i < 3; i++)
                {
                    await context.RunToolAsync(new ToolCall("t") { Approval = i == 2 ? "last" : null }, static (_, _) => ValueTask.FromResult(""));
                }
            })));

        Assert.Equal((AgentErrorCodes.BudgetExceeded, 2), (result.Error!.Code, result.Usage.ToolCalls));
        Assert.Empty(world.Events.Events.OfType<ApprovalRequested>());
    }

    [Fact]
    public async Task Permits_BoundTheToolsOfAllAgents_AndGoByPriority()
    {
        await using var world = new World(capacity: 8, options => options.MaxConcurrentTools = 1);
        var gate = new AgentGate();
        var first = await world.SpawnAsync(Tool("first", gate));
        await gate.WaitForArrivalAsync();
        var low = await world.SpawnAsync(new AgentGoal("low") { Priority = AgentPriority.Low }, Tool("low", gate));
        await world.WaitsAsync(low.Id, static wait => wait.Kind == AgentWaitKind.Permit);
        var high = await world.SpawnAsync(new AgentGoal("high") { Priority = AgentPriority.High }, Tool("high", gate));
        await world.WaitsAsync(high.Id, static wait => wait.Kind == AgentWaitKind.Permit);

        gate.Open();
        await world.EndAllAsync(first, low, high);

        Assert.Equal(["first", "high", "low"], world.Events.Events.OfType<ToolCallStarted>().Select(static started => started.Tool));
        static ScriptedAgent Tool(string name, AgentGate gate) => new ScriptedAgent().Do((context, _) => context.RunToolAsync(new ToolCall(name), async (_, cancellationToken) =>
        {
            await gate.PassAsync(cancellationToken);
            return "";
        }).AsTask());
    }

    [Fact]
    public async Task APermit_IsGivenBackWhileItsToolWaits_AndItsTimeStandsStill()
    {
        await using var world = new World(capacity: 2, options => options.MaxConcurrentTools = 1);
        var waits = await world.SpawnAsync(new ScriptedAgent().Do(static (context, _) => context.RunToolAsync(new ToolCall("ask"), static async (given, _) => (await given.ReceiveAsync()).Text).AsTask()));
        await world.WaitsAsync(waits.Id, static wait => wait.Kind == AgentWaitKind.Message);

        var other = await world.SpawnAsync(new ScriptedAgent().Do(static (context, _) => context.RunToolAsync(new ToolCall("other"), static async (given, cancellationToken) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(3), given.Time, cancellationToken);
            return "";
        }).AsTask()));
        Assert.Equal(3, (await world.EndAsync(other)).Usage.CallTime.TotalSeconds);
        await world.Orchestrator.SendAsync(waits.Id, new AgentMessage("hello"));
        var result = await world.EndAsync(waits);

        Assert.Equal((AgentState.Completed, 0d), (result.State, result.Usage.CallTime.TotalSeconds));
    }

    [Fact]
    public async Task Cancel_WhileItWaitsForAPermit_LosesNone()
    {
        await using var world = new World(capacity: 2, options => options.MaxConcurrentTools = 1);
        var gate = new AgentGate();
        var first = await world.SpawnAsync(new ScriptedAgent().Do((context, _) => context.RunToolAsync(new ToolCall("first"), async (_, cancellationToken) =>
        {
            await gate.PassAsync(cancellationToken);
            return "";
        }).AsTask()));
        await gate.WaitForArrivalAsync();
        var waits = await world.SpawnAsync(new ScriptedAgent().Do(static (context, _) => context.RunToolAsync(new ToolCall("t"), static (_, _) => ValueTask.FromResult("")).AsTask()));
        await world.WaitsAsync(waits.Id, static wait => wait.Kind == AgentWaitKind.Permit);

        await world.Orchestrator.CancelAsync(waits.Id);
        Assert.Equal(0, (await world.EndAsync(waits)).Usage.ToolCalls);
        gate.Open();
        await world.EndAsync(first);

        var last = await world.SpawnAsync(new ScriptedAgent().Do(static (context, _) => context.RunToolAsync(new ToolCall("t"), static (_, _) => ValueTask.FromResult("")).AsTask()));
        Assert.Equal(AgentState.Completed, (await world.EndAsync(last)).State);
    }

    [Fact]
    public async Task DetachedCode_KeepsNoPermit()
    {
        var gate = new AgentGate();
        await using var world = new World(configure: static options =>
        {
            options.MaxConcurrentTools = 1;
            options.CancellationGracePeriod = TimeSpan.FromSeconds(1);
        });
        var deaf = await world.SpawnAsync(new ScriptedAgent().Do((context, _) => context.RunToolAsync(new ToolCall("deaf"), async (_, _) =>
        {
            await gate.PassAsync(CancellationToken.None);
            return "";
        }).AsTask()));
        await gate.WaitForArrivalAsync();
        await world.Orchestrator.CancelAsync(deaf.Id);
        Assert.True((await world.EndAsync(deaf)).Detached);

        var next = await world.SpawnAsync(new ScriptedAgent().Do(static (context, _) => context.RunToolAsync(new ToolCall("t"), static (_, _) => ValueTask.FromResult("")).AsTask()));

        Assert.Equal(AgentState.Completed, (await world.EndAsync(next)).State);
        gate.Open();
    }

    [Fact]
    public async Task INV17_ToolsThatWaitForChildrenThatRunTools_FinishWithEveryLimitAtItsMinimum() =>
        await Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Gen.Bool).SampleAsync(async (width, depth, forks) =>
        {
            await using var world = new World(capacity: 1, options =>
            {
                options.MaxConcurrentTools = 1;
                options.MaxStartedAgents = 1;
            });

            var result = await world.EndAsync(await world.SpawnAsync(new Nest(width, depth, forks)));

            return result.State == AgentState.Completed && result.Output!.Text == $"{Enumerable.Range(0, depth + 1).Sum(level => (int)Math.Pow(width, level))}";
        }, iter: 24, threads: 1);

    // Counts the agents below it, from within a tool, and calls a tool within that tool.
    private sealed class Nest(int width, int depth, bool forks) : IAgent
    {
        public async Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken)
        {
            var counted = 1;
            await context.RunToolAsync(new ToolCall("count"), async (given, _) =>
            {
                if (depth == 0)
                {
                    return "";
                }

                if (forks)
                {
                    await given.RunConcurrentlyAsync([.. Enumerable.Range(0, width).Select(_ => (Func<AgentContext, CancellationToken, Task>)(async (fork, _) =>
                        await fork.RunToolAsync(new ToolCall("one"), async (inner, _) =>
                        {
                            Interlocked.Add(ref counted, await ChildAsync(inner));
                            return "";
                        })))]);
                }
                else
                {
                    for (var i = 0; i < width; i++)
                    {
                        await given.RunToolAsync(new ToolCall("one"), async (inner, _) =>
                        {
                            counted += await ChildAsync(inner);
                            return "";
                        });
                    }
                }

                return "";
            });
            return $"{counted}";
        }

        private async Task<int> ChildAsync(AgentContext context) =>
            int.Parse((await context.WaitForAsync(await context.SpawnAsync("x", new Nest(width, depth - 1, forks)))).Output!.Text, System.Globalization.CultureInfo.InvariantCulture);
    }
}
