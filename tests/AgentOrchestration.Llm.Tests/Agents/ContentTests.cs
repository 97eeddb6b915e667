using System.Diagnostics;
using System.Text.Json;
using AgentOrchestration.Llm.Tests.Testing;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Llm.Tests.Agents;

/// <summary>INV-38: content is in no log, span, metric or exception message, and a configured secret in no event or checkpoint either.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class ContentTests
{
    private const string Canary = "canary-7f3a";

    [Fact]
    public async Task INV38_ACanary_SaidEverywhere_IsInNoTelemetry_NoEvent_AndNoMessage()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static _ => true,
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var durations = new MetricCollector<double>(meterScope: null, "AgentOrchestration", "agent_orchestration.tool.duration");
        var logs = new FakeLogCollector();
        var model = new ScriptedModel(static (messages, _) =>
            messages[^1].Text.StartsWith("Make a short plan", StringComparison.Ordinal) ? $$"""{"steps": ["use {{Canary}}"]}"""
            : messages[0].Text.StartsWith("You judge", StringComparison.Ordinal) ? $$"""{"answer": "no", "reason": "shows {{Canary}}"}"""
            : messages.Any(static message => message.Role == ChatRole.Tool) ? $"It is {Canary}"
            : new ModelTurn().Text(Canary[..6]).Text(Canary[6..])
                .Call("echo", $$"""{"text": "{{Canary}}"}""").Call("fail", $$"""{"text": "{{Canary}}"}""").Call($"unknown_{Canary}").Call("complete_step", """{"step": 1}"""));
        var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(logs)))
            .AddSingleton<ILlmRouter>(model);
        services.AddAgentOrchestration(static options => options.Secrets.Add(Canary)).AddLlmAgent("default", static agent =>
        {
            agent.Instructions = $"The key is {Canary}";
            agent.MaxCorrections = 1;
            agent.EnableLearning = true;
            agent.Tools.Add(AIFunctionFactory.Create(static (string text) => $"you said {text}", "echo"));
            agent.Tools.Add(AIFunctionFactory.Create(static string (string text) => throw new InvalidOperationException($"cannot use {text}"), "fail"));
        });
        AgentResult result;
        IReadOnlyList<AgentEvent> events;
        await using (var provider = services.BuildServiceProvider())
        {
            var orchestrator = provider.GetRequiredService<IAgentOrchestrator>();
            await using var recorder = EventRecorder.Start(orchestrator);
            result = await (await orchestrator.SpawnAsync(new AgentGoal($"Find {Canary}") { SuccessCriteria = [$"no {Canary}"] })).Completion.WaitAsync(LlmWorld.Hang);
            await recorder.WaitForEndAsync(result.Id).WaitAsync(LlmWorld.Hang);
            events = recorder.Events;
        }

        Assert.Equal(AgentState.Completed, result.State);
        Assert.True(model.Calls.Count > 5);
        Assert.All(events, static e => Assert.DoesNotContain(Canary, JsonSerializer.Serialize(e, AgentEventJson.TypeInfo), StringComparison.Ordinal));
        Assert.NotEmpty(logs.GetSnapshot());
        Assert.All(logs.GetSnapshot(), static record => Assert.DoesNotContain(Canary, $"{record.Message} {record.Exception}", StringComparison.Ordinal));
        List<Activity> seen;
        lock (spans)
        {
            seen = [.. spans];
        }

        Assert.Contains(seen, static span => span.DisplayName == "execute_tool echo");
        Assert.All(seen, static span => Assert.DoesNotContain(
            Canary,
            $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects.Select(static tag => $"{tag.Key}={tag.Value}"))} {string.Join(' ', span.Events.SelectMany(static e => e.Tags).Select(static tag => $"{tag.Value}"))}",
            StringComparison.Ordinal));
        Assert.NotEmpty(durations.GetMeasurementSnapshot());
        Assert.All(durations.GetMeasurementSnapshot(), static measured => Assert.DoesNotContain(Canary, string.Join(' ', measured.Tags.Values), StringComparison.Ordinal));
        foreach (object printed in (object[])[result, result.Goal, result.Output!, .. events])
        {
            Assert.DoesNotContain(Canary, printed.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task SpansOfTools_NestBelowTheAgents()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "AgentOrchestration",
            Sample = static (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var model = new ScriptedModel(new ModelTurn().Call("one").Call("two"), "done");
        await using var world = new LlmWorld(model);

        await world.RunAsync(new AgentGoal("x") { Name = "nesting" }, static options =>
        {
            options.Tools.Add(AIFunctionFactory.Create(static () => Activity.Current!.DisplayName, "one"));
            options.Tools.Add(AIFunctionFactory.Create(static () => Activity.Current!.DisplayName, "two"));
        });

        Assert.Equal(["execute_tool one", "execute_tool two"], LlmAgentTests.ResultsIn(model.Calls[1]));
        List<Activity> seen;
        lock (spans)
        {
            seen = [.. spans];
        }

        var agent = seen.Single(static span => span.DisplayName == "invoke_agent nesting");
        Assert.All(seen.Where(static span => span.DisplayName is "execute_tool one" or "execute_tool two"), tool =>
        {
            var top = tool;
            while (top.Parent is { } parent && parent != agent)
            {
                top = parent;
            }

            Assert.Same(agent, top.Parent);
        });
    }
}
