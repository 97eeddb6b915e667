using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration.Tests.Durability;

/// <summary>A crash at any record: what is recorded up to there, and the rest, give the same as if nothing had happened.</summary>
public sealed class PrefixTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);
    private static readonly JsonTypeInfo<int> Int = (JsonTypeInfo<int>)JsonSerializerOptions.Default.GetTypeInfo(typeof(int));

    [Fact]
    public async Task INV35_AnyPrefixAndTheRest_EqualTheWhole()
    {
        var whole = new ConcurrentQueue<string>();
        await using var first = new DurableWorld();
        var expected = await RunAsync(first, whole);
        var records = await first.ReadAsync();
        Assert.True(records.Count > 40, $"Only {records.Count} records.");

        // In the order in which they were appended, over all streams.
        records.Sort((x, y) => x.Position.CompareTo(y.Position));
        // The first two, the run and its plan, are kept together.
        for (var length = 2; length < records.Count; length++)
        {
            var more = await GoOnAsync(records, length, expected);

            // And again, where what is recorded comes from two processes.
            if (length % 7 == 0)
            {
                for (var second = length + 1; second < more.Count; second += 5)
                {
                    await GoOnAsync(more, second, expected);
                }
            }
        }
    }

    private static async Task<List<StoredRecord>> GoOnAsync(List<StoredRecord> records, int length, string expected)
    {
        var prefix = records.Take(length).Select(record => record.Record).ToList();
        var store = new InMemoryOrchestrationStore();
        var lease = await store.AcquireLeaseAsync("dead", TimeSpan.FromMinutes(1));
        await store.AppendAsync(lease, prefix);
        await store.EndLeaseAsync(lease);
        await using var world = new DurableWorld(store);
        var ledger = new ConcurrentQueue<string>();
        var orchestrator = world.Start(options => Configure(options, ledger));

        var report = await orchestrator.RestoreAsync();

        Assert.Empty(report.Problems);
        var result = await Assert.Single(report.Runs).Completion.WaitAsync(Long);
        Assert.Equal(expected, Describe(result));

        // What ended within the prefix is not done again.
        var recorded = prefix.Where(record => record.Kind is "tool:ended" or "agent:step").Select(record => $"{record.Subject}/{record.Key}").ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(ledger, done => recorded.Contains(done));
        var after = await world.ReadAsync();
        after.Sort((x, y) => x.Position.CompareTo(y.Position));
        return after;
    }

    private static async Task<string> RunAsync(DurableWorld world, ConcurrentQueue<string> ledger)
    {
        var orchestrator = world.Start(options => Configure(options, ledger));
        var result = await orchestrator.RunAsync(
            new CoordinationPattern.Graph(),
            [
                new("plan") { Name = "plan", Agent = "worker" },
                new("left") { Name = "left", Agent = "parent", DependsOn = ["plan"] },
                new("right") { Name = "right", Agent = "worker", DependsOn = ["plan"], When = new AgentCondition.Named("yes") },
                new("never") { Name = "never", Agent = "worker", DependsOn = ["plan"], When = new AgentCondition.Named("no") },
                new("flaky") { Name = "flaky", Agent = "flaky", DependsOn = ["plan"], Retry = new AgentRetryPolicy { MaxAttempts = 2, InitialDelay = TimeSpan.Zero } },
                new("end") { Name = "end", Agent = "worker", DependsOn = ["left", "right", "flaky"] },
            ]);
        return Describe(result);
    }

    private static void Configure(AgentOrchestrationOptions options, ConcurrentQueue<string> ledger) => options
        .AddCondition("yes", (_, _) => ValueTask.FromResult(new ConditionVerdict(true)))
        .AddCondition("no", (_, _) => ValueTask.FromResult(new ConditionVerdict(false)))
        .AddAgent("worker", async (context, ct) =>
        {
            var sum = await context.LoadCheckpointAsync(Int);
            for (var i = sum; i < 3; i++)
            {
                sum += await ToolAsync(context, ledger, "one", 1);
                await context.SaveCheckpointAsync(sum, Int);
            }

            var both = new int[2];
            await context.RunConcurrentlyAsync([
                async (fork, _) => both[0] = await ToolAsync(fork, ledger, "ten", 10),
                async (fork, _) => both[1] = await StepAsync(fork, ledger, "hundred", 100),
            ]);
            return $"{context.Goal.Name}={sum + both.Sum()}[{string.Join(",", context.Inputs.Select(input => input.Output!.Text))}]";
        })
        .AddAgent("parent", async (context, ct) =>
        {
            var children = new List<ChildAgent>
            {
                await context.SpawnAsync(new AgentGoal("child") { Name = "x", Agent = "worker" }),
                await context.SpawnAsync(new AgentGoal("child") { Name = "y", Agent = "worker" }),
            };
            var results = await context.WaitForAllAsync(children);
            var more = await StepAsync(context, ledger, "after", 5);
            return $"{string.Join("+", results.Select(result => result.Output!.Text))}+{more}";
        })
        .AddAgent("flaky", async (context, ct) =>
        {
            var value = await ToolAsync(context, ledger, "try", context.Attempt);
            return context.Attempt == 1 ? throw new AgentFailureException("unlucky", "The first time it fails.") : (AgentOutput)$"{context.Goal.Name}={value}";
        });

    private static async Task<int> ToolAsync(AgentContext context, ConcurrentQueue<string> ledger, string name, int value)
    {
        var result = await context.RunToolAsync(
            new ToolCall(name) { IsIdempotent = true, Arguments = $"{value}" },
            (tool, _) =>
            {
                ledger.Enqueue(tool.OperationKey!.Replace(':', '/'));
                return ValueTask.FromResult($"{value}");
            });
        return int.Parse(result.Text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static ValueTask<int> StepAsync(AgentContext context, ConcurrentQueue<string> ledger, string name, int value) => context.RunStepAsync(
        name,
        (step, _) =>
        {
            ledger.Enqueue(step.OperationKey!.Replace(':', '/'));
            return ValueTask.FromResult(value);
        },
        Int);

    private static string Describe(OrchestrationResult result) =>
        $"{result.Succeeded}: {string.Join("; ", result.Results.Select(one => $"{one.Goal.Name} {one.State} {one.Output?.Text} after {one.Attempts}"))}; skipped {string.Join(",", result.Skipped.Select(one => one.Name))}";
}
