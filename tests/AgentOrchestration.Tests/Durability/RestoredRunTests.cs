using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration.Tests.Durability;

public sealed class RestoredRunTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task AGraph_GoesOnWhereItWas()
    {
        await using var world = new DurableWorld();
        var done = new ConcurrentQueue<string>();
        var reached = new TaskCompletionSource();
        AgentGoal[] goals =
        [
            new("schema") { Name = "schema" },
            new("api") { Name = "api", DependsOn = ["schema"] },
            new("tests") { Name = "tests", DependsOn = ["api"] },
            new("docs") { Name = "docs", DependsOn = ["schema"] },
        ];
        var before = world.Start(options => Register(options, done, hangAt: "api", reached));
        var run = await before.StartAsync(new CoordinationPattern.Graph(), goals, new OrchestrationRunOptions { Name = "release" });
        await reached.Task.WaitAsync(Long);
        await WhenAsync(before, e => e is AgentCompleted { Result.Goal.Name: "docs" });
        await before.SendAsync((await AgentOfAsync(before, "api")).Id, new AgentMessage("kept"));

        var (_, report) = await world.RestartAsync(options => Register(options, done));
        var restored = Assert.Single(report.Runs);
        var result = await restored.Completion.WaitAsync(Long);

        Assert.Equal((run.Id, "release", true), (restored.Id, restored.Name, result.Succeeded));
        Assert.Equal(["schema()", "api(schema())", "tests(api(schema()))", "docs(schema())"], result.Results.Select(one => one.Output!.Text));
        Assert.Equal(["api", "api", "docs", "schema", "tests"], done.Order(StringComparer.Ordinal));
        Assert.True(Assert.IsType<RunStarted>(await FirstAsync(restored.Watch())).IsRestored);
    }

    [Fact]
    public async Task GrowthConditionsAndSkips_AreKept()
    {
        await using var world = new DurableWorld();
        var done = new ConcurrentQueue<string>();
        var judged = new ConcurrentQueue<string>();
        var reached = new TaskCompletionSource();
        void Configure(AgentOrchestrationOptions options, string? hangAt)
        {
            Register(options, done, hangAt, reached);
            options.AddCondition("even", (context, _) =>
            {
                judged.Enqueue(context.Goal.Name!);
                return ValueTask.FromResult(new ConditionVerdict(context.Goal.Name!.Length % 2 == 0, "its length"));
            });
        }

        var before = world.Start(options => Configure(options, "late"));
        var run = await before.StartAsync(new CoordinationPattern.Graph(), [new("one") { Name = "one" }, new("late") { Name = "late", DependsOn = ["one"] }]);
        await reached.Task.WaitAsync(Long);
        await run.AddGoalsAsync([
            new("even") { Name = "even", DependsOn = ["one"], When = new AgentCondition.Named("even") },
            new("odd") { Name = "odd", DependsOn = ["one"], When = new AgentCondition.Named("even") },
        ]);
        await WhenAsync(before, e => e is AgentCompleted { Result.Goal.Name: "even" });
        await WhenAsync(before, e => e is RunGoalSkipped { Goal: "odd" });
        await run.AddGoalsAsync([new("last") { Name = "last", DependsOn = ["late"] }]);

        var (_, report) = await world.RestartAsync(options => Configure(options, null));
        var result = await Assert.Single(report.Runs).Completion.WaitAsync(Long);

        Assert.Equal(["one", "late", "even", "last"], result.Results.Select(one => one.Goal.Name));
        Assert.Equal("odd", Assert.Single(result.Skipped).Name);
        Assert.Equal(["even", "odd"], judged.Order(StringComparer.Ordinal));
        Assert.Equal(["even", "last", "late", "late", "one"], done.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ASupervisor_KeepsWhatItsWorkersDid()
    {
        await using var world = new DurableWorld();
        var done = new ConcurrentQueue<string>();
        var reached = new TaskCompletionSource();
        void Configure(AgentOrchestrationOptions options, bool hangs)
        {
            options.AddAgent("boss", async (context, ct) =>
            {
                var first = await context.WaitForAsync(await context.DelegateAsync("worker", "first"));
                var second = await context.WaitForAsync(await context.DelegateAsync("worker", "second"));
                return $"{first.Output!.Text} {second.Output!.Text}";
            });
            options.AddAgent("worker", async (context, ct) =>
            {
                done.Enqueue(context.Goal.Description);
                if (hangs && context.Goal.Description == "second")
                {
                    reached.SetResult();
                    await new TaskCompletionSource().Task.WaitAsync(ct);
                }

                return context.Goal.Description;
            });
        }

        var before = world.Start(options => Configure(options, hangs: true));
        await before.StartAsync(new CoordinationPattern.SupervisorWorker("boss"), [new("lead") { Name = "boss", Agent = "boss" }, new("work") { Name = "worker", Agent = "worker" }]);
        await reached.Task.WaitAsync(Long);

        var (_, report) = await world.RestartAsync(options => Configure(options, hangs: false));
        var result = await Assert.Single(report.Runs).Completion.WaitAsync(Long);

        Assert.Equal("first second", result.Results[0].Output!.Text);
        Assert.Equal(2, result.Delegated.Count);
        Assert.Equal(["first", "second", "second"], done);
    }

    [Fact]
    public async Task ARunOfCode_EndsAndSaysSo()
    {
        await using var world = new DurableWorld();
        void Configure(AgentOrchestrationOptions options) => options.AddAgent("default", async (_, ct) =>
        {
            await new TaskCompletionSource().Task.WaitAsync(ct);
            return "never";
        });
        var before = world.Start(Configure);
        var code = AgentConditions.That(_ => true);
        await before.StartAsync(new CoordinationPattern.Graph(), [new("one") { Name = "one" }, new("two") { Name = "two", DependsOn = ["one"], When = code }]);

        var (after, report) = await world.RestartAsync(Configure);
        var (_, later) = await world.RestartAsync(Configure);

        Assert.Contains("holds code", Assert.Single(report.Problems), StringComparison.Ordinal);
        Assert.Empty(after.ListAgents());
        Assert.Empty(later.Problems);
    }

    [Fact]
    public async Task ARunWithinAnAgent_ComesBackWithIt()
    {
        await using var world = new DurableWorld();
        var done = new ConcurrentQueue<string>();
        var reached = new TaskCompletionSource();
        AgentOrchestrator? current = null;
        void Configure(AgentOrchestrationOptions options, string? hangAt)
        {
            Register(options, done, hangAt, reached);
            options.AddAgent("outer", async (context, _) =>
            {
                var inner = await current!.RunAsync(new CoordinationPattern.Sequential(), [new("a") { Name = "a" }, new("b") { Name = "b" }]);
                return inner.Output!.Text;
            });
        }

        current = world.Start(options => Configure(options, "b"));
        await current.SpawnAsync(new AgentGoal("outer") { Agent = "outer" });
        await reached.Task.WaitAsync(Long);
        await world.DieAsync();
        current = world.Start(options => Configure(options, null));
        var report = await current.RestoreAsync();
        var result = await Assert.Single(report.Agents).Completion.WaitAsync(Long);

        Assert.Equal("b(a())", result.Output!.Text);
        Assert.Equal(["a", "b", "b"], done);
    }

    private static void Register(AgentOrchestrationOptions options, ConcurrentQueue<string> done, string? hangAt = null, TaskCompletionSource? reached = null) =>
        options.AddAgent("default", async (context, ct) =>
        {
            done.Enqueue(context.Goal.Name!);
            if (context.Goal.Name == hangAt)
            {
                // With it, everything before it is durable.
                await context.SaveCheckpointAsync("here", (JsonTypeInfo<string>)JsonSerializerOptions.Default.GetTypeInfo(typeof(string)));
                reached!.TrySetResult();
                await new TaskCompletionSource().Task.WaitAsync(ct);
            }

            return $"{context.Goal.Name}({string.Join(",", context.Inputs.Select(input => input.Output!.Text))})";
        });

    private static async Task WhenAsync(AgentOrchestrator orchestrator, Func<AgentEvent, bool> happens)
    {
        await foreach (var e in orchestrator.Subscribe(new EventFilter { After = 0 }))
        {
            if (happens(e))
            {
                return;
            }
        }
    }

    private static async Task<AgentStatus> AgentOfAsync(AgentOrchestrator orchestrator, string name)
    {
        await Task.CompletedTask;
        return orchestrator.ListAgents().Single(agent => agent.Name == name);
    }

    private static async Task<AgentEvent> FirstAsync(IAsyncEnumerable<AgentEvent> events)
    {
        await foreach (var e in events)
        {
            return e;
        }

        throw new InvalidOperationException("There are none.");
    }
}
