using System.Text.Json;
using AgentOrchestration.Events;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using CsCheck;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace AgentOrchestration.Tests.Events;

/// <summary>INV-38: a configured secret is in no event and no checkpoint.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class SecretTests
{
    private const string Secret = "k-\"7<'é\\Q";

    [Fact]
    public async Task INV38_WhereverItIsSaid_NoEventHoldsIt()
    {
        await using var world = new World(configure: static options => options.Secrets.Add(Secret));
        var agent = new ScriptedAgent()
            .Report($"using {Secret}")
            .Output($"the key is {Secret}.")
            .Do(static async (context, _) =>
            {
                context.ReportCriterion(0, CriterionVerdict.NotMet, $"it shows {Secret}");
                await context.RunToolAsync(
                    new ToolCall("login") { Arguments = JsonSerializer.Serialize(new { key = Secret }), Approval = $"Log in with {Secret}" },
                    static (_, _) => ValueTask.FromResult($"logged in with {Secret}"));
                await context.ReceiveAsync();
            })
            .ThrowOnFirst(1, new InvalidOperationException($"bad key {Secret}"))
            .Return(new AgentOutput($"It is {Secret}")
            {
                Data = JsonSerializer.SerializeToElement(new { key = Secret }),
                Contents = [new TextContent(Secret), new DataContent($"data:text/plain,{Uri.EscapeDataString("none")}", "text/plain"), new FunctionCallContent("c", "f", new Dictionary<string, object?>(StringComparer.Ordinal) { ["key"] = Secret })],
            });
        var handle = await world.SpawnAsync(
            new AgentGoal($"Log in with {Secret}")
            {
                SuccessCriteria = [$"says nothing of {Secret}"],
                Attachments = [new TextContent(Secret)],
                Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["key"] = Secret },
                Retry = new AgentRetryPolicy { MaxAttempts = 2 },
            },
            agent);
        for (var i = 0; i < 2; i++)
        {
            var request = (await world.Events.WaitForAsync<ApprovalRequested>(e => world.Orchestrator.ListApprovals().Any(open => open.Id == e.Request.Id))).Request;
            await world.Orchestrator.AnswerAsync(request.Id, approved: true, $"with {Secret}");
            await world.Orchestrator.SendAsync(handle.Id, new AgentMessage($"go on with {Secret}") { Data = JsonSerializer.SerializeToElement(Secret) });
            await world.Time.RunForAsync(TimeSpan.FromSeconds(2)).WaitAsync(World.Hang);
        }

        var result = await world.EndAsync(handle);

        Assert.Equal(AgentState.Completed, result.State);
        Assert.Equal("It is [secret]", result.Output!.Text);
        foreach (var e in world.Events.Events)
        {
            AssertHasNone(JsonSerializer.Serialize(e, AgentEventJson.TypeInfo));
        }

        Assert.Contains(world.Events.Events.OfType<ToolCallStarted>(), static e => e.Arguments!.Contains("[secret]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task INV38_RunEventsHoldItNeither()
    {
        await using var world = new World(configure: static options => options.AddAgent("default", static _ => new ScriptedAgent()).Secrets.Add(Secret));
        var run = await world.Orchestrator.StartAsync(
            new CoordinationPattern.Graph(),
            [new AgentGoal("a") { Name = "a", When = AgentConditions.That((_, _) => ValueTask.FromResult(new ConditionVerdict(false, $"because of {Secret}"))) }]);
        await world.Time.RunUntilAsync(run.Completion).WaitAsync(World.Hang);

        Assert.Contains(world.Events.Events.OfType<RunConditionJudged>(), static e => e.Reason == "because of [secret]");
    }

    [Fact]
    public async Task INV38_ACheckpoint_HoldsItNot()
    {
        await using var world = new World(configure: static options => options.Secrets.Add(Secret));
        string? loaded = null;
        await world.EndAsync(await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) =>
        {
            await context.SaveCheckpointAsync($"the key is {Secret}");
            loaded = await context.LoadCheckpointAsync<string>();
        })));

        Assert.Equal("the key is [secret]", loaded);
    }

    // However the output is split, what is streamed is the output without the secret, all of it.
    [Fact]
    public async Task INV38_StreamedOutput_HidesASecretThatIsSplit_AndLosesNothing() =>
        await Gen.Select(Gen.OneOf(Gen.Const(Secret), Gen.Const(Secret[..5]), Gen.Const("k-k-"), Gen.Const("text "), Gen.Const("k")).List[1, 8], Gen.Int[1, 4]).SampleAsync(async (parts, size) =>
        {
            await using var world = new World(configure: static options => options.Secrets.Add(Secret));
            var text = string.Concat(parts);
            var agent = new ScriptedAgent();
            foreach (var chunk in text.Chunk(size))
            {
                agent = agent.Output(new string(chunk));
            }

            var result = await world.EndAsync(await world.SpawnAsync(agent.Throw(new InvalidOperationException("end"))));

            var expected = text.Replace(Secret, "[secret]", StringComparison.Ordinal);
            var streamed = string.Concat(world.Events.Events.OfType<AgentOutputProduced>().Select(static e => e.Delta));
            return streamed == expected && result.Output!.Text == expected;
        }, iter: 40, threads: 1);

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("     ")]
    public void ASecretThatIsTooShort_IsRefused(string secret) =>
        Assert.Throws<OptionsValidationException>(() => AgentOrchestrator.Create(options => options.Secrets.Add(secret)));

    [Fact]
    public void WithoutSecrets_NothingIsCopied()
    {
        var filter = new SecretFilter(["another"]);
        var text = "some text";

        Assert.Same(text, filter.Redact(text));
    }

    private static void AssertHasNone(string json)
    {
        Assert.DoesNotContain(Secret, json, StringComparison.Ordinal);
        Assert.DoesNotContain(JsonSerializer.Serialize(Secret).Trim('"'), json, StringComparison.Ordinal);
        Assert.DoesNotContain("7<", json, StringComparison.Ordinal);
        Assert.DoesNotContain("7\\u003C", json, StringComparison.OrdinalIgnoreCase);
    }
}
