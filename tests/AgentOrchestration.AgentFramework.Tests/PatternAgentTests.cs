using AgentOrchestration.Testing;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework.Tests;

public sealed class PatternAgentTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task ARun_IsARunOfThePattern()
    {
        await using var orchestrator = Create();
        var agent = orchestrator.AsAIAgent(
            new CoordinationPattern.Sequential(), messages => [new($"first {messages[^1].Text}"), new("second")], new() { Name = "chain", Description = "Two steps.", Run = new() { Name = "nightly" } });

        var response = await agent.RunAsync("Go", cancellationToken: TestContext.Current.CancellationToken);
        var streamed = await agent.RunStreamingAsync("Go", cancellationToken: TestContext.Current.CancellationToken).ToAgentResponseAsync(TestContext.Current.CancellationToken);

        Assert.Equal(("chain", "Two steps."), (agent.Name, agent.Description));
        Assert.Equal(("did second", "did second"), (response.Text, streamed.Text));
        var result = Assert.IsType<OrchestrationResult>(response.RawRepresentation);
        Assert.Equal("did first Go", result.Results[0].Output!.Text);
        Assert.Equal("chain", response.Messages.Single().AuthorName);
        Assert.Equal(6, response.Usage!.TotalTokenCount);
    }

    [Fact]
    public async Task ASession_IsTheConversation_AndCanBeKept()
    {
        await using var orchestrator = Create();
        var agent = orchestrator.AsAIAgent(new CoordinationPattern.Sequential(), messages => [new(string.Join(" | ", messages.Select(message => $"{message.Role}: {message.Text}")))]);
        var session = await agent.CreateSessionAsync(TestContext.Current.CancellationToken);

        await agent.RunAsync("one", session, cancellationToken: TestContext.Current.CancellationToken);
        var kept = await agent.DeserializeSessionAsync(await agent.SerializeSessionAsync(session, cancellationToken: TestContext.Current.CancellationToken), cancellationToken: TestContext.Current.CancellationToken);
        var response = await agent.RunAsync("two", kept, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("did user: one | assistant: did user: one | user: two", response.Text);
        var other = await new EchoAgent(_ => []).CreateSessionAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<ArgumentException>(() => agent.RunAsync("x", other, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Failures_AreInTheAnswer_OrAreThrown()
    {
        await using var orchestrator = Create();
        var some = orchestrator.AsAIAgent(new CoordinationPattern.Parallel(2), _ => [new("good"), new("bad") { Agent = "broken" }]);
        var all = orchestrator.AsAIAgent(new CoordinationPattern.Sequential(), _ => [new("bad") { Agent = "broken" }]);

        var response = await some.RunAsync("Go", cancellationToken: TestContext.Current.CancellationToken);
        var failure = await Assert.ThrowsAsync<AgentFailureException>(() => all.RunAsync("Go", cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains("did good", response.Text, StringComparison.Ordinal);
        Assert.Equal("broken_down", Assert.Single(response.Messages.Single().Contents.OfType<ErrorContent>()).ErrorCode);
        Assert.Equal("broken_down", failure.Code);
    }

    [Fact]
    public async Task Cancelling_CancelsTheRun()
    {
        var gate = new AgentGate();
        await using var orchestrator = AgentOrchestrator.Create(options => options.AddAgent("default", async (_, ct) =>
        {
            await gate.PassAsync(ct);
            return "late";
        }));
        var agent = orchestrator.AsAIAgent(new CoordinationPattern.Sequential(), _ => [new("x")]);
        using var stop = new CancellationTokenSource();

        var answer = agent.RunAsync("Go", cancellationToken: stop.Token);
        await gate.WaitForArrivalAsync().WaitAsync(Hang);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer.WaitAsync(Hang));
        await orchestrator.WaitAllAsync().WaitAsync(Hang);
        Assert.Empty(orchestrator.ListAgents());
    }

    [Fact]
    public async Task INV17_AnOrchestratorWithinItsOwnAgent_NeedsOneSlotOnly()
    {
        IAgentOrchestrator? inner = null;
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 1;
            options.AddAgent("worker", (context, _) => Task.FromResult<AgentOutput>($"did {context.Goal.Description}"));
            options.AddAgent("default", (context, ct) => inner!.AsAIAgent(
                new CoordinationPattern.Parallel(2), _ => [new("a") { Agent = "worker" }, new("b") { Agent = "worker" }]).AsOrchestratedAgent().RunAsync(context, ct));
        });
        inner = orchestrator;

        var result = await (await orchestrator.SpawnAsync("outer")).Completion.WaitAsync(Hang);

        Assert.True(result.Succeeded, result.Error?.Message);
        Assert.Contains("did a", result.Output!.Text, StringComparison.Ordinal);
    }

    private static AgentOrchestrator Create() => AgentOrchestrator.Create(options => options
        .AddAgent("broken", (_, _) => throw new AgentFailureException("broken_down", "no"))
        .AddAgent("default", async (context, _) =>
        {
            using var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(1, 2));
            call.Complete(1, 2);
            return $"did {context.Goal.Description}";
        }));
}
