using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Durability;

public sealed class RestoredLlmAgentTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task INV33_WhatTheModelAnsweredAndToolsReturned_IsNotHadTwice()
    {
        var store = new InMemoryOrchestrationStore();
        var counted = 0;
        var reached = new TaskCompletionSource();
        var hangs = true;
        var count = AIFunctionFactory.Create(() => $"count {Interlocked.Increment(ref counted)}", "count");
        var send = AIFunctionFactory.Create(
            async (CancellationToken ct) =>
            {
                reached.TrySetResult();
                await (hangs ? new TaskCompletionSource().Task.WaitAsync(ct) : Task.CompletedTask);
                return "sent";
            },
            "send");
        var before = new ScriptedModel(new ModelTurn().Text("counting ").Call("count", callId: "c1"), new ModelTurn().Call("send", callId: "c2"));
        var after = new ScriptedModel("done");
        AgentOrchestrator Start(ILlmRouter? router) => AgentOrchestrator.Create(options =>
        {
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.LlmRouter = router;
            options.UseStore(_ => store).AddLlmAgent("default", agent =>
            {
                agent.MaxPlanSteps = 0;
                agent.Tools.Add(count);
                agent.Tools.Add(send);
            });
        });
        AgentId id;
        await using (var first = Start(before))
        {
            id = (await first.SpawnAsync("work")).Id;
            await reached.Task.WaitAsync(Long);
        }

        hangs = false;
        AgentResult result;
        await using (var second = Start(after))
        {
            var report = await second.RestoreAsync();
            result = await Assert.Single(report.Agents).Completion.WaitAsync(Long);
        }

        Assert.Equal((id, "done", 1), (result.Id, result.Output!.Text, counted));
        Assert.Equal(3, result.Usage.ModelCalls);
        var asked = Assert.Single(after.Calls);
        var results = asked.Messages.SelectMany(message => message.Contents).OfType<FunctionResultContent>().ToList();
        Assert.Equal(["c1", "c2"], results.Select(one => one.CallId));
        Assert.Contains("count 1", results[0].Result!.ToString(), StringComparison.Ordinal);
        Assert.Contains("not known", results[1].Result!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReplay_AsksNoModel_AndNamesWhatIsDifferent()
    {
        var store = new InMemoryOrchestrationStore();
        var ran = 0;
        var count = AIFunctionFactory.Create(() => $"count {Interlocked.Increment(ref ran)}", "count");
        void Configure(AgentOrchestrationOptions options, int planSteps) => options.AddLlmAgent("default", agent =>
        {
            agent.MaxPlanSteps = planSteps;
            agent.Tools.Add(count);
        });
        AgentId id;
        await using (var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.LlmRouter = new ScriptedModel(new ModelTurn().Call("count"), "done");
            options.UseStore(_ => store);
            Configure(options, 0);
        }))
        {
            var handle = await orchestrator.SpawnAsync("work");
            id = handle.Id;
            await handle.Completion.WaitAsync(Long);
        }

        var same = await RunReplay.RunAsync(store, id.ToString(), options => Configure(options, 0)).WaitAsync(Long);
        var other = await RunReplay.RunAsync(store, id.ToString(), options => Configure(options, 3)).WaitAsync(Long);

        Assert.True(same.IsSame, same.ToString());
        Assert.Equal((1, 3, 1), (same.Agents, same.Steps, ran));
        Assert.False(other.IsSame);
        Assert.Contains("model: Plan", other.ToString(), StringComparison.Ordinal);
    }
}
