using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration.Tests.Durability;

public sealed class RestoreTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly JsonTypeInfo<int> Int = (JsonTypeInfo<int>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int));
    private static readonly JsonTypeInfo<string> Text = (JsonTypeInfo<string>)JsonSerializerOptions.Default.GetTypeInfo(typeof(string));

    [Fact]
    public async Task INV31_WhatWasAccepted_IsThereAfterACrash()
    {
        await using var world = new DurableWorld();
        var gate = new TaskCompletionSource();
        var before = world.Start(options => options.AddAgent("default", async (context, ct) =>
        {
            await gate.Task.WaitAsync(ct);
            return "never";
        }));
        var handle = await before.SpawnAsync(new AgentGoal("one") { Name = "first", Priority = AgentPriority.High, Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" } });

        var (after, report) = await world.RestartAsync(options => options.AddAgent("default", (context, _) => Task.FromResult<AgentOutput>($"{context.Goal.Description} in attempt {context.Attempt}")));
        var result = await Assert.Single(report.Agents).Completion.WaitAsync(Long);

        Assert.Equal(handle.Id, result.Id);
        Assert.Equal(("one in attempt 1", AgentState.Completed, "first", AgentPriority.High), (result.Output!.Text, result.State, result.Goal.Name, result.Goal.Priority));
        Assert.Equal("b", result.Goal.Tags["a"]);
        Assert.Empty(report.Problems);
        var spawned = Assert.IsType<AgentSpawned>(await FirstAsync(report.Agents[0].Watch()));
        Assert.True(spawned.IsRestored);
        Assert.Equal(AgentState.Completed, after.GetStatus(handle.Id)!.State);
        Assert.Equal(1, after.GetStatus(handle.Id)!.Attempt);
    }

    [Fact]
    public async Task WhatHasEnded_DoesNotComeBack()
    {
        await using var world = new DurableWorld();
        var before = world.Start(options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("done")));
        await (await before.SpawnAsync("one")).Completion.WaitAsync(Long);

        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("again")));

        Assert.Empty(report.Agents);
    }

    [Fact]
    public async Task TheSameKey_GivesTheSameAgent_AfterACrashToo()
    {
        await using var world = new DurableWorld();
        var runs = 0;
        void Configure(AgentOrchestrationOptions options) => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>($"run {Interlocked.Increment(ref runs)}"));
        var goal = new AgentGoal("order 7") { IdempotencyKey = "order 7" };
        var before = world.Start(Configure);
        var first = await before.SpawnAsync(goal);
        await first.Completion.WaitAsync(Long);

        var (after, _) = await world.RestartAsync(Configure);
        var again = await after.SpawnAsync(goal);

        Assert.Equal((first.Id, "run 1"), (again.Id, (await again.Completion.WaitAsync(Long)).Output!.Text));
        await foreach (var e in again.Watch())
        {
            Assert.Fail($"{e} is of another process.");
        }
    }

    [Fact]
    public async Task INV33_RecordedToolsAndSteps_AreNotDoneAgain()
    {
        await using var world = new DurableWorld();
        var ledger = new ConcurrentQueue<string>();
        var reached = new TaskCompletionSource();
        var before = world.Start(options => options.AddAgent("default", (context, ct) => WorkAsync(context, ledger, () => Hang(reached, ct))));
        await before.SpawnAsync("work");
        await reached.Task.WaitAsync(Long);

        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", (context, ct) => WorkAsync(context, ledger, () => Task.CompletedTask)));
        var result = await report.Agents[0].Completion.WaitAsync(Long);

        Assert.Equal("7, tool-a, failed: no, tool-b", result.Output!.Text);
        Assert.Equal(["step", "a", "failing", "b"], ledger);
        Assert.Equal(3, result.Usage.ToolCalls);
    }

    [Fact]
    public async Task INV33_AToolInFlight_IsUnknownOrRunAgainUnderItsKey()
    {
        await using var world = new DurableWorld();
        var keys = new ConcurrentQueue<string>();
        var reached = new TaskCompletionSource();
        Func<AgentContext, CancellationToken, Task<AgentOutput>> Agent(bool hangs) => async (context, ct) =>
        {
            var results = new ToolCallResult[2];
            await context.RunConcurrentlyAsync([.. Enumerable.Range(0, 2).Select(i => (Func<AgentContext, CancellationToken, Task>)(async (activity, stop) =>
                results[i] = await activity.RunToolAsync(
                    new ToolCall($"tool-{i}") { IsIdempotent = i == 1 },
                    async (tool, token) =>
                    {
                        keys.Enqueue(tool.OperationKey!);
                        if (hangs && keys.Count == 2)
                        {
                            reached.SetResult();
                        }

                        if (hangs)
                        {
                            await new TaskCompletionSource().Task.WaitAsync(token);
                        }

                        return "ran";
                    })))]);
            return string.Join(", ", results.Select(result => result.Outcome));
        };
        var before = world.Start(options => options.AddAgent("default", Agent(hangs: true)));
        await before.SpawnAsync("work");
        await reached.Task.WaitAsync(Long);

        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", Agent(hangs: false)));
        var result = await report.Agents[0].Completion.WaitAsync(Long);

        Assert.Equal("Unknown, Succeeded", result.Output!.Text);
        Assert.Equal(3, keys.Count);
        Assert.Equal(2, keys.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task ACheckpoint_IsGoneOnFrom_AndTheStepsAfterItKeepTheirKeys()
    {
        await using var world = new DurableWorld();
        var ledger = new ConcurrentQueue<string>();
        var reached = new TaskCompletionSource();
        Func<AgentContext, CancellationToken, Task<AgentOutput>> Agent(bool hangs) => async (context, ct) =>
        {
            var done = await context.LoadCheckpointAsync(Int);
            for (var i = done; i < 5; i++)
            {
                await context.RunStepAsync("step", (_, _) =>
                {
                    ledger.Enqueue($"step {i}");
                    return ValueTask.FromResult(i);
                }, Int);
                if (i is 0 or 2)
                {
                    await context.SaveCheckpointAsync(i + 1, Int);
                }

                if (hangs && i == 3)
                {
                    await Hang(reached, ct);
                }
            }

            return $"from {done}";
        };
        var before = world.Start(options => options.AddAgent("default", Agent(hangs: true)));
        await before.SpawnAsync("work");
        await reached.Task.WaitAsync(Long);

        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", Agent(hangs: false)));
        var result = await report.Agents[0].Completion.WaitAsync(Long);

        Assert.Equal("from 3", result.Output!.Text);
        Assert.Equal(["step 0", "step 1", "step 2", "step 3", "step 4"], ledger);
    }

    [Fact]
    public async Task Children_ComeBackWithTheirResults_OrGoOn()
    {
        await using var world = new DurableWorld();
        var reached = new TaskCompletionSource();
        var started = new ConcurrentQueue<string>();
        void Configure(AgentOrchestrationOptions options, bool hangs) => options
            .AddAgent("default", async (context, ct) =>
            {
                var children = new List<ChildAgent>();
                foreach (var name in new[] { "quick", "slow" })
                {
                    children.Add(await context.SpawnAsync(new AgentGoal(name) { Agent = "child", Name = name }));
                }

                var results = await context.WaitForAllAsync(children);
                return string.Join(", ", results.Select(result => $"{result.Id.ToString().Split('_')[^1]} {result.Output!.Text}"));
            })
            .AddAgent("child", async (context, ct) =>
            {
                started.Enqueue(context.Goal.Description);
                if (hangs && context.Goal.Name == "slow")
                {
                    await Hang(reached, ct);
                }

                return context.Goal.Description;
            });
        var before = world.Start(options => Configure(options, hangs: true));
        var handle = await before.SpawnAsync("parent");
        await reached.Task.WaitAsync(Long);
        await foreach (var e in before.Subscribe(new EventFilter { After = 0 }))
        {
            if (e is AgentCompleted)
            {
                break;
            }
        }

        // What is acknowledged is kept, with all before it.
        Assert.True(await before.SendAsync(handle.Id, new AgentMessage("unread")));

        var (_, report) = await world.RestartAsync(options => Configure(options, hangs: false));
        var result = await Assert.Single(report.Agents).Completion.WaitAsync(Long);

        Assert.Equal((handle.Id, "2 quick, 3 slow"), (result.Id, result.Output!.Text));
        Assert.Equal(["quick", "slow", "slow"], started.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AnAgentThatWasHandedOver_FailsWithItsCode()
    {
        await using var world = new DurableWorld();
        var before = world.Start(_ => { });
        await before.SpawnAsync("one", new Inline(async ct =>
        {
            await new TaskCompletionSource().Task.WaitAsync(ct);
            return "never";
        }));

        var (_, report) = await world.RestartAsync(_ => { });
        var result = await Assert.Single(report.Agents).Completion.WaitAsync(Long);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.NotResumable), (result.State, result.Error!.Code));
    }

    [Fact]
    public async Task AnAgentThatIsNotRegistered_StaysInTheStore()
    {
        await using var world = new DurableWorld();
        var before = world.Start(options => options.AddAgent("rare", (_, ct) => Never(ct)));
        await before.SpawnAsync(new AgentGoal("one") { Agent = "rare" });

        var (_, report) = await world.RestartAsync(_ => { });
        var (_, later) = await world.RestartAsync(options => options.AddAgent("rare", (_, _) => Task.FromResult<AgentOutput>("done")));

        Assert.Empty(report.Agents);
        Assert.Contains("'rare'", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Equal("done", (await later.Agents[0].Completion.WaitAsync(Long)).Output!.Text);
    }

    [Fact]
    public async Task Messages_AreKept_AndReadAgainInTheirOrder()
    {
        await using var world = new DurableWorld();
        var reached = new TaskCompletionSource();
        Func<AgentContext, CancellationToken, Task<AgentOutput>> Agent(bool hangs) => async (context, ct) =>
        {
            var first = await context.ReceiveAsync();
            if (hangs)
            {
                await Hang(reached, ct);
            }

            var second = await context.ReceiveAsync();
            return $"{first.Text} {second.Text}";
        };
        var before = world.Start(options => options.AddAgent("default", Agent(hangs: true)));
        var handle = await before.SpawnAsync("listen");
        Assert.True(await before.SendAsync(handle.Id, new AgentMessage("one")));
        Assert.True(await before.SendAsync(handle.Id, new AgentMessage("two")));
        await reached.Task.WaitAsync(Long);

        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", Agent(hangs: false)));

        Assert.Equal("one two", (await report.Agents[0].Completion.WaitAsync(Long)).Output!.Text);
    }

    [Fact]
    public async Task OpenApprovals_AreAskedAgainUnderTheirIds_AndAnsweredOnesAreNot()
    {
        await using var world = new DurableWorld();
        Task<AgentOutput> Agent(AgentContext context, CancellationToken ct) => AskTwiceAsync(context);
        var before = world.Start(options => options.AddAgent("default", Agent));
        var handle = await before.SpawnAsync("ask");
        var first = await OpenApprovalAsync(before);
        Assert.True(await before.AnswerAsync(first.Id, approved: true, "go"));
        var second = await OpenApprovalAsync(before, after: first.Id);

        // With it, everything before it is durable.
        Assert.True(await before.SendAsync(handle.Id, new AgentMessage("unread")));

        var (after, report) = await world.RestartAsync(options => options.AddAgent("default", Agent));
        var open = Assert.Single(after.ListApprovals());
        Assert.True(await after.AnswerAsync(second.Id, approved: false, "stop"));
        var result = await report.Agents[0].Completion.WaitAsync(Long);

        Assert.Equal(second, open);
        Assert.Equal("True go, False stop", result.Output!.Text);
        Assert.Equal(handle.Id, result.Id);
    }

    [Fact]
    public async Task ACancelThatWasAcknowledged_Holds()
    {
        await using var world = new DurableWorld();
        var reached = new TaskCompletionSource();
        var before = world.Start(options => options.AddAgent("default", (_, _) =>
        {
            reached.SetResult();
            return new TaskCompletionSource<AgentOutput>().Task;
        }));
        var handle = await before.SpawnAsync("deaf");
        await reached.Task.WaitAsync(Long);

        Assert.True(await before.CancelAsync(handle.Id, "enough"));

        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("again")));
        var result = await report.Agents[0].Completion.WaitAsync(Long);

        Assert.Equal((AgentState.Cancelled, "enough"), (result.State, result.CancelReason));
    }

    [Fact]
    public async Task AShutdown_LeavesWhatIsUnfinishedToTheNextStart()
    {
        await using var world = new DurableWorld();
        var before = world.Start(options => options.AddAgent("default", (_, ct) => Never(ct)));
        var handle = await before.SpawnAsync("one");
        await before.DisposeAsync();
        var ended = await handle.Completion;

        var next = world.Start(options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("done")));
        var report = await next.RestoreAsync();

        Assert.Equal(AgentState.Cancelled, ended.State);
        Assert.Equal((handle.Id, "done"), (report.Agents[0].Id, (await report.Agents[0].Completion.WaitAsync(Long)).Output!.Text));
    }

    [Fact]
    public async Task BudgetsKeepWhatWasSpent()
    {
        await using var world = new DurableWorld();
        var reached = new TaskCompletionSource();
        Func<AgentContext, CancellationToken, Task<AgentOutput>> Agent(bool hangs) => async (context, ct) =>
        {
            await context.RunToolAsync(new ToolCall("first"), (_, _) => ValueTask.FromResult("ok"));
            if (hangs)
            {
                await Hang(reached, ct);
            }

            await context.RunToolAsync(new ToolCall("second"), (_, _) => ValueTask.FromResult("ok"));
            await context.RunToolAsync(new ToolCall("third"), (_, _) => ValueTask.FromResult("ok"));
            return "all";
        };
        var before = world.Start(options => options.AddAgent("default", Agent(hangs: true)));
        await before.SpawnAsync(new AgentGoal("spend") { Budget = new AgentBudget { MaxToolCalls = 2 } });
        await reached.Task.WaitAsync(Long);

        var (_, report) = await world.RestartAsync(options => options.AddAgent("default", Agent(hangs: false)));
        var result = await report.Agents[0].Completion.WaitAsync(Long);

        Assert.Equal((AgentErrorCodes.BudgetExceeded, 2), (result.Error?.Code, result.Usage.ToolCalls));
    }

    [Fact]
    public async Task INV34_ALiveRun_IsNotTakenOver()
    {
        await using var world = new DurableWorld();
        var first = world.Start(options => options.AddAgent("default", (_, ct) => Never(ct)));
        await first.SpawnAsync("mine");

        var second = world.Start(options => options.AddAgent("default", (_, _) => Task.FromResult<AgentOutput>("stolen")));
        var report = await second.RestoreAsync();

        Assert.Empty(report.Agents);
    }

    private static async Task<AgentOutput> WorkAsync(AgentContext context, ConcurrentQueue<string> ledger, Func<Task> middle)
    {
        var number = await context.RunStepAsync("number", (_, _) =>
        {
            ledger.Enqueue("step");
            return ValueTask.FromResult(7);
        }, Int);
        var a = await context.RunToolAsync(new ToolCall("a") { Arguments = "{}" }, async (tool, _) =>
        {
            ledger.Enqueue("a");
            return await tool.RunStepAsync("inner", (_, _) => ValueTask.FromResult("tool-a"), Text);
        });
        string failed;
        try
        {
            await context.RunToolAsync(new ToolCall("failing"), (_, _) =>
            {
                ledger.Enqueue("failing");
                throw new IOException("no");
            });
            failed = "did not";
        }
        catch (Exception exception) when (exception is IOException or RecordedToolException)
        {
            failed = exception.Message;
        }

        await middle();
        var b = await context.RunToolAsync(new ToolCall("b"), (_, _) =>
        {
            ledger.Enqueue("b");
            return ValueTask.FromResult("tool-b");
        });
        return $"{number}, {a.Text}, failed: {failed}, {b.Text}";
    }

    private static async Task<AgentOutput> AskTwiceAsync(AgentContext context)
    {
        var first = await context.RequestApprovalAsync("first?");
        var second = await context.RequestApprovalAsync("second?");
        return $"{first.Approved} {first.Reason}, {second.Approved} {second.Reason}";
    }

    private static async Task<ApprovalRequest> OpenApprovalAsync(AgentOrchestrator orchestrator, ApprovalId? after = null)
    {
        await foreach (var e in orchestrator.Subscribe(new EventFilter { After = 0 }))
        {
            if (e is ApprovalRequested requested && requested.Request.Id != after)
            {
                return requested.Request;
            }
        }

        throw new InvalidOperationException("The orchestrator ended.");
    }

    private static async Task<AgentOutput> Never(CancellationToken ct)
    {
        await new TaskCompletionSource().Task.WaitAsync(ct);
        return "never";
    }

    private static Task Hang(TaskCompletionSource reached, CancellationToken ct)
    {
        reached.TrySetResult();
        return new TaskCompletionSource().Task.WaitAsync(ct);
    }

    private static async Task<AgentEvent> FirstAsync(IAsyncEnumerable<AgentEvent> events)
    {
        await foreach (var e in events)
        {
            return e;
        }

        throw new InvalidOperationException("There are none.");
    }

    private sealed class Inline(Func<CancellationToken, Task<AgentOutput>> run) : IAgent
    {
        public Task<AgentOutput> RunAsync(AgentContext context, CancellationToken cancellationToken) => run(cancellationToken);
    }
}
