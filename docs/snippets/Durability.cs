using AgentOrchestration;

namespace Snippets;

internal static class Durability
{
    public static async Task RunAsync()
    {
        await FirstAsync();
        await HistoryAsync();
        await ReplayAsync();
        await SharedLocksAsync();
    }

    private static async Task SharedLocksAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.UseSqlite("orchestration.db").AddAgent("default", static async (context, cancellationToken) =>
        {
            // snippet: durability-shared-locks
            await using var guard = await context.SharedLocks!.AcquireAsync(new ResourceRequest(ResourceKey.File("ledger.csv")), timeout: TimeSpan.FromMinutes(1), cancellationToken);
            await File.AppendAllTextAsync("ledger.csv", "one line\n", cancellationToken);

            // end snippet
            return $"{guard.FencingToken}";
        }));
        var result = await (await orchestrator.SpawnAsync("write")).Completion;
        Check.That(result.Succeeded && result.Output!.Text == "1", "it had the file to itself");
    }

    private static async Task FirstAsync()
    {
        // snippet: durability-first
        await using var orchestrator = AgentOrchestrator.Create(o => o
            .UseSqlite("orchestration.db")
            .AddAgent("importer", ImportAsync));
        RestoreReport restored = await orchestrator.RestoreAsync();   // what an earlier process left unfinished goes on

        var handle = await orchestrator.SpawnAsync(new AgentGoal("orders.csv") { Agent = "importer", IdempotencyKey = "orders 2026-01" });
        var result = await handle.Completion;   // from here on it survives anything

        // end snippet
        Check.That(restored.Agents.Count == 0 && result.Output!.Text == "3 orders", "the importer ran");
    }

    // snippet: durability-agent
    private static async Task<AgentOutput> ImportAsync(AgentContext context, CancellationToken cancellationToken)
    {
        var rows = await context.RunToolAsync(
            new ToolCall("read_orders") { Arguments = context.Goal.Description, IsIdempotent = true },   // only reads: may be run again
            async (_, ct) => await ReadAsync(context.Goal.Description, ct));
        foreach (var row in rows.Text.Split('\n'))
        {
            // Never twice: after a crash the recorded ones are skipped, and of one that was under way the outcome is Unknown.
            var sent = await context.RunToolAsync(
                new ToolCall("send_order") { Arguments = row },
                async (tool, ct) => await SendAsync(row, tool.OperationKey!, ct));
            if (sent.Outcome == ToolCallOutcome.Unknown)
                await context.RequestApprovalAsync($"Was '{row}' sent? Answer when it is.");
        }

        return $"{rows.Text.Split('\n').Length} orders";
    }

    // end snippet
    private static async Task HistoryAsync()
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.UseSqlite("orchestration.db"));

        // snippet: durability-history
        await foreach (RecordedRunInfo run in orchestrator.History!.ListAsync())
        {
            Console.WriteLine($"{run.Name} began {run.BeganAt:t}, ended {run.EndedAt:t}, {run.Records} records");
            await foreach (RecordedFact fact in orchestrator.History.ReadAsync(run.Id))
                Console.WriteLine($"  {fact}");
            if (run.EndedAt is not null)
                await orchestrator.History.DeleteAsync(run.Id);
        }

        // end snippet
        await using var store = new SqliteStore("orchestration.db");
        await foreach (var stream in store.ListAsync())
        {
            Check.That(false, $"{stream} was deleted");
        }
    }

    private static async Task ReplayAsync()
    {
        await using (var orchestrator = AgentOrchestrator.Create(o => o.UseSqlite("orchestration.db").AddAgent("importer", ImportAsync)))
        {
            await (await orchestrator.SpawnAsync(new AgentGoal("orders.csv") { Agent = "importer" })).Completion;
        }

        await using var store = new SqliteStore("orchestration.db");
        await foreach (var recorded in store.ListAsync())
        {
            var id = recorded.Id;

            // snippet: durability-replay
            ReplayReport report = await RunReplay.RunAsync(store, id, o => o.AddAgent("importer", ImportAsync));
            if (!report.IsSame)
                Console.WriteLine(report);   // importer, step 1.2: the tool 'send_order' is recorded, and the tool 'send_orders' was asked for

            // end snippet
            Check.That(report is { IsSame: true, Agents: 1, Steps: 4 }, "a replay does the same");
        }
    }

    private static Task<string> ReadAsync(string file, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult($"{file} 1\n{file} 2\n{file} 3");
    }

    private static Task<string> SendAsync(string row, string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult($"{row} under {key}");
    }
}
