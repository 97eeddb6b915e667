// snippet: readme
using AgentOrchestration;

await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("default", async (context, ct) =>
{
    await using var guard = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("report.md"));
    await File.AppendAllTextAsync("report.md", $"# {context.Goal.Description}\n", ct);
    return $"wrote about {context.Goal.Description}";
}));
var handles = await orchestrator.SpawnParallelAsync(["security", "tests", "docs", "speed"]);
await foreach (var e in orchestrator.Subscribe(new EventFilter { Agents = [.. handles.Select(h => h.Id)], After = 0 }))
    Console.WriteLine(e);
foreach (var result in await orchestrator.WaitAllAsync())
    Console.WriteLine($"{result.State}: {result.Output?.Text}");
// end snippet

var written = await File.ReadAllLinesAsync("report.md");
Snippets.Check.That(written.Length == 4, "each of the four agents of the README's example writes one line");

await Snippets.AgentsAndGoals.RunAsync();
await Snippets.Budgets.RunAsync();
await Snippets.Scheduling.RunAsync();
await Snippets.Locking.RunAsync();
await Snippets.Files.RunAsync();
await Snippets.Events.RunAsync();
await Snippets.Coordination.RunAsync();
await Snippets.Routing.RunAsync();
await Snippets.LlmAgents.RunAsync();
await Snippets.Diagnostics.RunAsync();
await Snippets.ToolsForModels.RunAsync();
await Snippets.Framework.RunAsync();
await Snippets.Durability.RunAsync();
await Snippets.Automation.RunAsync();
await Snippets.Tables.CompareAsync();
Snippets.Scratch.Delete();
Console.WriteLine("Every snippet ran as its page says, and the tables are complete.");
