using AgentOrchestration.Testing;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework.Tests;

public sealed class FrameworkAgentTests : IAsyncLifetime
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private readonly AgentOrchestrator _orchestrator = AgentOrchestrator.Create();
    private readonly EventRecorder _events;

    public FrameworkAgentTests() => _events = EventRecorder.Start(_orchestrator);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _orchestrator.DisposeAsync();
        await _events.Completion.WaitAsync(Hang);
        _events.AssertAllEnded();
        await _events.DisposeAsync();
    }

    [Fact]
    public async Task Text_IsStreamed_AndUsageCounts()
    {
        var agent = new EchoAgent(_ => [new TextContent("It "), new TextReasoningContent("hm"), new TextContent("works."), new DataContent("data:text/plain;base64,YQ=="), Usage(100, 7)]);

        var result = await RunAsync("Try it", agent);

        Assert.True(result.Succeeded, result.Error?.Message);
        Assert.Equal("It works.", result.Output!.Text);
        Assert.IsType<DataContent>(Assert.Single(result.Output.Contents));
        Assert.Equal((100, 7, 1), (result.Usage.InputTokens, result.Usage.OutputTokens, result.Usage.ModelCalls));
        Assert.Equal(["It ", "works."], _events.Of(result.Id).OfType<AgentOutputProduced>().Select(e => e.Delta));
    }

    [Fact]
    public async Task TheGoal_IsToldWithItsCriteria_Attachments_AndWhatCameBefore()
    {
        var agent = new EchoAgent(_ => [new TextContent("done")]);
        await using var orchestrator = AgentOrchestrator.Create(options => options
            .AddAgent("first", (_, _) => Task.FromResult<AgentOutput>("seen"))
            .AddAgent("second", agent.AsOrchestratedAgent().RunAsync));

        await orchestrator.RunAsync(
            new CoordinationPattern.Graph(),
            [
                new AgentGoal("Look") { Name = "look", Agent = "first" },
                new AgentGoal("Decide") { Name = "decide", Agent = "second", DependsOn = ["look"], SuccessCriteria = ["It is short."], Attachments = [new UriContent("https://x.example/a.png", "image/png")] },
            ]).WaitAsync(Hang);

        var message = Assert.Single(Assert.Single(agent.Given));
        Assert.Equal("Decide\n\nThe result must meet these criteria:\n- It is short.\n\nResult of look (Completed):\nseen", message.Text);
        Assert.IsType<UriContent>(message.Contents[1]);
    }

    [Fact]
    public async Task Tools_AreRecorded_WhenTheirResultsAreSeen()
    {
        var failure = new InvalidOperationException("disk");
        var agent = new EchoAgent(_ =>
        [
            new FunctionCallContent("c1", "read", new Dictionary<string, object?> { ["path"] = "a.txt" }),
            new FunctionCallContent("c2", "write"),
            new FunctionResultContent("c1", "the text"),
            new FunctionResultContent("c2", null) { Exception = failure },
            new TextContent("done"),
        ]);

        var result = await RunAsync("Read", agent);

        Assert.Equal("done", result.Output!.Text);
        Assert.Equal([("c1", "read", """{"path":"a.txt"}"""), ("c2", "write", null)], _events.Of(result.Id).OfType<ToolCallStarted>().Select(e => (e.CallId, e.Tool, e.Arguments)));
        Assert.Equal([ToolCallOutcome.Succeeded, ToolCallOutcome.Failed], _events.Of(result.Id).OfType<ToolCallEnded>().Select(e => e.Outcome));
        Assert.Equal("the text", _events.Of(result.Id).OfType<ToolCallEnded>().First().Result);
        Assert.Equal(2, result.Usage.ToolCalls);
    }

    [Fact]
    public async Task INV40_ToolsBeyondTheBudget_EndTheAgent()
    {
        var agent = new EchoAgent((_, ct) => Endless(ct));

        var result = await RunAsync(new AgentGoal("Read") { Budget = new() { MaxToolCalls = 3 } }, agent);

        Assert.Equal(AgentErrorCodes.BudgetExceeded, result.Error!.Code);
        Assert.Equal(3, _events.Of(result.Id).OfType<ToolCallEnded>().Count());
        Assert.Equal("before", result.Output!.Text);

        static async IAsyncEnumerable<AgentResponseUpdate> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return new AgentResponseUpdate(ChatRole.Assistant, "before");
            for (var i = 0; ; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
                yield return new AgentResponseUpdate(ChatRole.Assistant, [new FunctionCallContent($"c{i}", "read")]);
                yield return new AgentResponseUpdate(ChatRole.Tool, [new FunctionResultContent($"c{i}", "more")]);
            }
        }
    }

    [Fact]
    public async Task Approvals_AreAskedForAtOnce_AndTheAnswersReachTheAgent()
    {
        var agent = EchoAgent.Approving();
        var handle = await _orchestrator.SpawnAsync("Clean up", agent.AsOrchestratedAgent());
        var first = await _events.WaitForAsync<ApprovalRequested>(e => e.Request.Action.Contains("delete", StringComparison.Ordinal)).WaitAsync(Hang);
        var second = await _events.WaitForAsync<ApprovalRequested>(e => e.Request.Action.Contains("move", StringComparison.Ordinal)).WaitAsync(Hang);

        Assert.Equal("""Call delete with {"path":"a.txt"}""", first.Request.Action);
        await _orchestrator.AnswerAsync(second.Request.Id, approved: true);
        await _orchestrator.AnswerAsync(first.Request.Id, approved: false, "keep it");
        var result = await handle.Completion.WaitAsync(Hang);

        await _events.WaitForEndAsync(handle.Id).WaitAsync(Hang);

        Assert.Equal("delete: no, keep it; move: yes, ", result.Output!.Text);
        Assert.Equal(2, agent.Given.Count);
        Assert.Equal(["move"], _events.Of(result.Id).OfType<ToolCallEnded>().Select(e => e.Tool));
        Assert.Equal(2, result.Usage.ModelCalls);
    }

    [Fact]
    public async Task TheSession_IsKept_WithOpenApprovals_ForTheNextAttempt()
    {
        var failed = false;
        var agent = new EchoAgent(messages =>
        {
            var answers = messages.SelectMany(message => message.Contents).OfType<ToolApprovalResponseContent>().ToList();
            if (answers.Count == 0)
                return [new ToolApprovalRequestContent("r1", new FunctionCallContent("c1", "delete"))];
            if (!failed)
            {
                failed = true;
                throw new AgentFailureException("busy", "later");
            }

            return [new TextContent($"{messages.Count} messages, the first is {messages[0].Text}")];
        });
        var handle = await _orchestrator.SpawnAsync(new AgentGoal("Clean up") { Retry = new() { MaxAttempts = 2, InitialDelay = TimeSpan.FromMilliseconds(1) } }, agent.AsOrchestratedAgent());
        for (var answered = 0; answered < 2; answered++)
        {
            var open = await _events.WaitForAsync<ApprovalRequested>(e => _orchestrator.ListApprovals().Any(request => request.Id == e.Request.Id)).WaitAsync(Hang);
            await _orchestrator.AnswerAsync(open.Request.Id, approved: true);
        }

        var result = await handle.Completion.WaitAsync(Hang);

        Assert.Equal(2, result.Attempts);
        Assert.Equal("3 messages, the first is Clean up", result.Output!.Text);
        Assert.Equal([1, 1, 1], agent.Given.Select(given => given.Count));
        Assert.Single(agent.Given, given => given[0].Text == "Clean up");
    }

    [Fact]
    public async Task AnAgentThatCannotKeepItsSession_StartsAnew()
    {
        var runs = 0;
        var agent = new EchoAgent(messages => runs++ == 0 ? throw new AgentFailureException("busy", "later") : [new TextContent($"{messages.Count}")]) { KeepsSessions = false };

        var result = await RunAsync(new AgentGoal("x") { Retry = new() { MaxAttempts = 2, InitialDelay = TimeSpan.FromMilliseconds(1) } }, agent);

        Assert.Equal("1", result.Output!.Text);
    }

    [Fact]
    public async Task ErrorsAndCancellation_EndTheAgent_WithWhatItSaid()
    {
        var error = await RunAsync("x", new EchoAgent(_ => [new ErrorContent("canary") { ErrorCode = "quota" }]));
        var gate = new AgentGate();
        var handle = await _orchestrator.SpawnAsync("x", new EchoAgent((_, ct) => Stuck(gate, ct)).AsOrchestratedAgent());
        await gate.WaitForArrivalAsync().WaitAsync(Hang);
        await _orchestrator.CancelAsync(handle.Id);
        var cancelled = await handle.Completion.WaitAsync(Hang);

        Assert.Equal((AgentState.Failed, "quota"), (error.State, error.Error!.Code));
        Assert.DoesNotContain("canary", error.Error.Message, StringComparison.Ordinal);
        Assert.Equal((AgentState.Cancelled, "half"), (cancelled.State, cancelled.Output!.Text));

        static async IAsyncEnumerable<AgentResponseUpdate> Stuck(AgentGate gate, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            yield return new AgentResponseUpdate(ChatRole.Assistant, "half");
            await gate.PassAsync(cancellationToken);
        }
    }

    [Fact]
    public void BadOptions_AreRefused()
    {
        var agent = new EchoAgent(_ => []);

        Assert.Throws<ArgumentOutOfRangeException>(() => agent.AsOrchestratedAgent(new() { MaxOutputTokens = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => agent.AsOrchestratedAgent(new() { ApprovalTimeout = TimeSpan.Zero }));
    }

    private static UsageContent Usage(long input, long output) => new(new UsageDetails { InputTokenCount = input, OutputTokenCount = output });

    private async Task<AgentResult> RunAsync(AgentGoal goal, EchoAgent agent)
    {
        var handle = await _orchestrator.SpawnAsync(goal, agent.AsOrchestratedAgent());
        var result = await handle.Completion.WaitAsync(Hang);
        await _events.WaitForEndAsync(handle.Id).WaitAsync(Hang);
        return result;
    }
}
