using AgentOrchestration.Llm.Tests.Testing;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tests.Agents;

[Collection(SimulatedTimeCollection.Name)]
public sealed class LlmSupervisorTests
{
    [Fact]
    public async Task AModel_DelegatesToSeveralWorkers_WaitsWithoutASlot_AndReadsTheirResults()
    {
        var model = new ScriptedModel(static (messages, _) => messages.Count(static message => message.Role == ChatRole.Tool) switch
        {
            _ when messages[0].Text.StartsWith("You review", StringComparison.Ordinal) => $"reviewed: {messages[1].Text.Split('\n')[0]}",
            0 => new ModelTurn().Call("delegate", """{"worker": "reviewer", "task": "a.cs"}""").Call("delegate", """{"worker": "reviewer", "task": "b.cs"}"""),
            1 => new ModelTurn().Call("wait_for_workers"),
            _ => "two reviews",
        });
        await using var world = new LlmWorld(model, capacity: 1, options => options
            .AddAgent("lead", static _ => LlmWorld.Agent())
            .AddAgent("review", static _ => LlmWorld.Agent(static agent => agent.Instructions = "You review.")));

        var run = await world.Orchestrator.StartAsync(
            new CoordinationPattern.SupervisorWorker("lead", MaxWorkers: 2),
            [new AgentGoal("Review everything") { Name = "lead", Agent = "lead" }, new AgentGoal("Review") { Name = "reviewer", Agent = "review" }]);
        var result = await world.Time.RunUntilAsync(run.Completion).WaitAsync(LlmWorld.Hang);

        Assert.True(result.Succeeded);
        Assert.Equal("two reviews", result.Find("lead")!.Output!.Text);
        Assert.Equal(2, result.Delegated.Count);
        var waited = model.Calls.SelectMany(static call => LlmAgentTests.ResultsIn(call)).Last(static text => text.Contains("reviewed", StringComparison.Ordinal));
        Assert.Contains("reviewed: Goal: a.cs", waited, StringComparison.Ordinal);
        Assert.Contains("reviewed: Goal: b.cs", waited, StringComparison.Ordinal);
        Assert.Equal(5, result.Usage.ModelCalls);
    }

    [Fact]
    public async Task AModel_WaitsForAny_CancelsTheOther_AndIsToldOfItsMistakes()
    {
        var gate = new AgentGate();
        var model = new ScriptedModel(static (messages, _) => messages.Count(static message => message.Role == ChatRole.Tool) switch
        {
            0 => new ModelTurn().Call("delegate", """{"worker": "slow"}""").Call("delegate", """{"worker": "fast"}"""),
            1 => new ModelTurn().Call("wait_for_workers", """{"any": true}"""),
            2 => new ModelTurn().Call("cancel_worker", """{"id": "slow-1", "reason": "not needed"}"""),
            3 => new ModelTurn().Call("cancel_worker", """{"id": "nobody-7"}"""),
            4 => new ModelTurn().Call("delegate", """{"worker": "stranger"}"""),
            5 => new ModelTurn().Call("delegate", """{"worker": "fast"}"""),
            _ => "done",
        });
        await using var world = new LlmWorld(model, configure: options => options
            .AddAgent("lead", static _ => LlmWorld.Agent())
            .AddAgent("slow", (_, cancellationToken) => WaitAsync(gate, cancellationToken))
            .AddAgent("fast", static (_, _) => Task.FromResult<AgentOutput>("fast answer")));

        var run = await world.Orchestrator.StartAsync(
            new CoordinationPattern.SupervisorWorker("lead", MaxWorkers: 2, MaxDelegations: 2),
            [new AgentGoal("Lead") { Name = "lead", Agent = "lead" }, new AgentGoal("s") { Name = "slow", Agent = "slow" }, new AgentGoal("f") { Name = "fast", Agent = "fast" }]);
        var result = await world.Time.RunUntilAsync(run.Completion).WaitAsync(LlmWorld.Hang);

        Assert.Equal("done", result.Find("lead")!.Output!.Text);
        var told = LlmAgentTests.ResultsIn(model.Calls[^1]);
        Assert.Contains(told, static text => text.Contains("fast answer", StringComparison.Ordinal));
        Assert.Contains("cancelled", told);
        Assert.Contains(told, static text => text.StartsWith("Error: there is no 'nobody-7'", StringComparison.Ordinal));
        Assert.Contains(told, static text => text.Contains("'worker' must be one of", StringComparison.Ordinal));
        Assert.StartsWith("Error:", told[^1], StringComparison.Ordinal);
        Assert.Equal("not needed", Assert.Single(world.Of<AgentCancelled>()).Reason);
    }

    private static async Task<AgentOutput> WaitAsync(AgentGate gate, CancellationToken cancellationToken)
    {
        await gate.PassAsync(cancellationToken);
        return "slow answer";
    }
}
