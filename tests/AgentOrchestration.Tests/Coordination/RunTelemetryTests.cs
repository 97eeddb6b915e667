using System.Diagnostics;
using System.Diagnostics.Metrics;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using Microsoft.Extensions.Logging;
using static AgentOrchestration.Tests.Coordination.PlannedWork;

namespace AgentOrchestration.Tests.Coordination;

[Collection(SimulatedTimeCollection.Name)]
public sealed class RunTelemetryTests : IDisposable
{
    private const string Secret = "canary-4711";
    private static readonly CoordinationPattern Graph = new CoordinationPattern.Graph();
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private readonly SimulatedTime _time = new();
    private readonly TelemetryRecorder _telemetry = new("run");

    public void Dispose() => _telemetry.Dispose();

    [Fact]
    public async Task Run_IsASpan_AndItsAgentsAndCallsToTheHostAreBelowIt()
    {
        await using var orchestrator = Create();
        Activity? condition = null;
        Activity? aggregator = null;
        AgentGoal[] goals =
        [
            Goal("a"), Goal("b", null, "a"),
            Goal("c", null, "a") with
            {
                When = AgentConditions.That(_ =>
                {
                    condition = Activity.Current;
                    return false;
                }),
            },
        ];

        var run = await orchestrator.StartAsync(Graph, goals, new()
        {
            Name = "nightly",
            Aggregator = ResultAggregator.Custom((_, _) =>
            {
                aggregator = Activity.Current;
                return ValueTask.FromResult<AgentOutput>("all");
            }),
        });
        Assert.Same(_telemetry.Root, Activity.Current);
        await EndAsync(run);

        var span = Assert.Single(_telemetry.Spans, span => span.OperationName == "invoke_workflow nightly");
        Assert.Equal((_telemetry.Root.SpanId, ActivityStatusCode.Unset), (span.ParentSpanId, span.Status));
        Assert.Equal(
            [("agent_orchestration.run.id", run.Id.ToString()), ("agent_orchestration.run.outcome", "succeeded"), ("agent_orchestration.run.pattern", "graph"), ("gen_ai.agent.name", "nightly"), ("gen_ai.operation.name", "invoke_workflow")],
            span.TagObjects.Select(tag => (tag.Key, tag.Value!.ToString())).OrderBy(tag => tag.Key, StringComparer.Ordinal));
        Assert.Equal([span.SpanId, span.SpanId], _telemetry.Spans.Where(other => other.OperationName.StartsWith("invoke_agent", StringComparison.Ordinal)).Select(other => other.ParentSpanId));
        Assert.Equal((span.SpanId, span.SpanId), (condition!.SpanId, aggregator!.SpanId));
    }

    [Fact]
    public async Task RunOfAnAgent_IsBelowThatAgentsSpan_AndDelegatedWorkBelowItsSupervisors()
    {
        await using var orchestrator = Create(options => options.AddAgent("supervisor", async (context, _) => (await context.WaitForAsync(await context.DelegateAsync("worker"))).State.ToString()));
        var lead = await orchestrator.SpawnAsync(new AgentGoal("x") { Name = "lead" }, new ScriptedAgent().Do(async (_, _) =>
            await orchestrator.RunAsync(new CoordinationPattern.SupervisorWorker("boss"), [Goal("boss", "supervisor"), Goal("worker")])));
        await _time.RunUntilAsync(lead.Completion).WaitAsync(Hang);

        var spans = _telemetry.Spans.ToDictionary(span => span.OperationName);
        Assert.Equal(["invoke_agent boss", "invoke_agent lead", "invoke_agent worker", "invoke_workflow"], spans.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(spans["invoke_agent lead"].SpanId, spans["invoke_workflow"].ParentSpanId);
        Assert.Equal(spans["invoke_workflow"].SpanId, spans["invoke_agent boss"].ParentSpanId);
        Assert.Equal(spans["invoke_agent boss"].SpanId, spans["invoke_agent worker"].ParentSpanId);
    }

    [Fact]
    public async Task Runs_AreMeasuredByPatternAndOutcome()
    {
        await using var orchestrator = Create();
        AgentGoal[] goals = [Wait("a", 2), Goal("b", "fail", "a"), Goal("c", null, "b"), Goal("d", null, "a") with { When = AgentConditions.That(_ => false) }];
        var failing = await orchestrator.StartAsync(Graph, goals);
        var succeeding = await orchestrator.StartAsync(new CoordinationPattern.Sequential(), [Wait("a", 3)]);
        var cancelled = await orchestrator.StartAsync(new CoordinationPattern.Sequential(), [Wait("a", 9), Goal("b")]);
        _telemetry.Read();
        await EndAsync(failing, succeeding);
        await cancelled.CancelAsync(Secret);
        await EndAsync(cancelled);

        Assert.Equal(
            [
                "run.conditions 1 condition=not_met pattern=graph",
                "run.duration 2 outcome=failed pattern=graph type=goals_failed",
                "run.duration 3 outcome=cancelled pattern=sequential",
                "run.duration 3 outcome=succeeded pattern=sequential",
                "run.outcomes 1 outcome=cancelled pattern=sequential",
                "run.outcomes 1 outcome=failed pattern=graph type=goals_failed",
                "run.outcomes 1 outcome=succeeded pattern=sequential",
                "run.skips 1 pattern=graph skip=condition_not_met",
                "run.skips 1 pattern=graph skip=dependency_failed",
                "run.skips 1 pattern=sequential skip=run_stopped",
                "run.starts 1 pattern=graph",
                "run.starts 1 pattern=sequential",
                "run.starts 1 pattern=sequential",
                "runs 1 pattern=graph",
                "runs 2 pattern=sequential",
            ],
            _telemetry.Measured.Order(StringComparer.Ordinal));
        Assert.Equal([ActivityStatusCode.Error, ActivityStatusCode.Unset, ActivityStatusCode.Unset], _telemetry.Spans.Where(span => span.OperationName == "invoke_workflow").Select(span => span.Status));
        _telemetry.Measured.Clear();
        _telemetry.Read();
        Assert.Empty(_telemetry.Measured);
    }

    [Fact]
    public async Task Runs_AreLogged_WithoutContent()
    {
        await using var orchestrator = Create();
        AgentGoal[] goals =
        [
            Goal("a") with { Description = Secret, When = AgentConditions.That(_ => throw new InvalidOperationException(Secret)) },
            Goal("b", null, "a"),
        ];
        var failed = await EndAsync(await orchestrator.StartAsync(Graph, goals, new()
        {
            Name = "nightly",
            Aggregator = ResultAggregator.Custom((_, _) => throw new InvalidOperationException(Secret)),
        }));
        var cancelled = await orchestrator.StartAsync(Graph, [Wait("a", 9)]);
        await cancelled.CancelAsync(Secret);
        await EndAsync(cancelled);

        // By id: that a run stops early is said by who stops it, after its end perhaps.
        Assert.Equal(
            [
                (13, LogLevel.Debug, $"Run 'nightly' ({failed.RunId}) of pattern graph started with 2 goals."),
                (13, LogLevel.Debug, $"Run 'unnamed' ({cancelled.Id}) of pattern graph started with 1 goals."),
                (14, LogLevel.Information, $"Run 'unnamed' ({cancelled.Id}) stops early: it starts no more goals, and those under way are cancelled."),
                (15, LogLevel.Debug, $"Run 'unnamed' ({cancelled.Id}) ended as cancelled after 00:00:00: 1 goals ended and 0 were skipped."),
                (16, LogLevel.Warning, $"Run 'nightly' ({failed.RunId}) failed with aggregation_failed (InvalidOperationException) after 00:00:00: 1 goals ended and 1 were skipped."),
                (17, LogLevel.Warning, $"The condition of goal 'a' of run 'nightly' ({failed.RunId}) threw InvalidOperationException."),
            ],
            _telemetry.Logged.Where(line => line.Id is >= 13 and <= 17).OrderBy(line => line.Id));
        Assert.Contains("run.conditions 1 condition=failed pattern=graph", _telemetry.Measured);
        Assert.Equal("aggregation_failed", Assert.Single(_telemetry.Spans, span => span.OperationName == "invoke_workflow nightly").GetTagItem("error.type"));
        _telemetry.AssertNowhere(Secret);
    }

    [Fact]
    public async Task RefusedRun_EndsItsSpan_AndCountsAsNoRun()
    {
        await using var orchestrator = Create();
        await ((AgentOrchestrator)orchestrator).StopAsync(CancellationToken.None);

        await Assert.ThrowsAsync<GoalRefusedException>(async () => await orchestrator.StartAsync(Graph, [Goal("a")]));

        Assert.Equal("refused", Assert.Single(_telemetry.Spans).GetTagItem("error.type"));
        Assert.Empty(_telemetry.Measured);
    }

    [Fact]
    public async Task BrokenListeners_HarmNobody()
    {
        using var broken = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == "AgentOrchestration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        broken.SetMeasurementEventCallback<long>(static (_, _, _, _) => throw new InvalidOperationException("broken"));
        broken.SetMeasurementEventCallback<double>(static (_, _, _, _) => throw new InvalidOperationException("broken"));
        broken.Start();
        using var spans = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "AgentOrchestration",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = static _ => throw new InvalidOperationException("broken"),
            ActivityStopped = static _ => throw new InvalidOperationException("broken"),
        };
        ActivitySource.AddActivityListener(spans);
        await using var orchestrator = Create();

        var result = await EndAsync(await orchestrator.StartAsync(Graph, [Goal("a"), Goal("b", "fail", "a"), Goal("c", null, "b")]));

        Assert.Equal(["a", "b"], result.NamesOf());
        Assert.Same(_telemetry.Root, Activity.Current);
    }

    private IAgentOrchestrator Create(Action<AgentOrchestrationOptions>? configure = null) => _telemetry.Create(options =>
    {
        options.TimeProvider = _time;
        Register(options);
        configure?.Invoke(options);
    });

    private async Task<OrchestrationResult> EndAsync(OrchestrationRun run) => await _time.RunUntilAsync(run.Completion).WaitAsync(Hang);

    private async Task EndAsync(params OrchestrationRun[] runs)
    {
        foreach (var run in runs)
        {
            await EndAsync(run);
        }
    }
}
