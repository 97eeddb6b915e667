using AgentOrchestration;

namespace Snippets;

internal static class Files
{
    public static async Task RunAsync()
    {
        await File.WriteAllTextAsync("notes.md", "# Notes\n");
        AgentOrchestrator? host = null;
        await using var orchestrator = AgentOrchestrator.Create(options => options
            .AddAgent("writer", WriteAsync)
            .AddAgent("tool", AnswerAsync));
        host = orchestrator;

        var results = await Task.WhenAll(
            (await orchestrator.SpawnAsync(new AgentGoal("Add a line") { Agent = "writer" })).Completion,
            (await orchestrator.SpawnAsync(new AgentGoal("Add another") { Agent = "writer" })).Completion);
        Check.That(results.All(result => result.Succeeded), "agents can edit one file at the same time");
        var text = await File.ReadAllTextAsync("notes.md");
        Check.That(text.Split('\n').Length == 4 && text.Contains("- Add a line: done\n", StringComparison.Ordinal) && text.Contains("- Add another: done\n", StringComparison.Ordinal), $"no edit is lost: {text}");

        var told = await (await orchestrator.SpawnAsync(new AgentGoal("Correct") { Agent = "tool" })).Completion;
        Check.That(told.Output?.Text.Contains("It was written by 'editor' at ", StringComparison.Ordinal) == true, $"a refusal says who wrote in between: {told.Output?.Text ?? told.Error?.Message}");

        async Task<AgentOutput> AnswerAsync(AgentContext context, CancellationToken ct)
        {
            // snippet: locking-files-version
            var seen = await context.Files.ReadAsync("notes.md", ct);
            var corrected = await CorrectAsync(seen.Text!);   // takes a while, and the file is not locked meanwhile

            var change = await context.Files.TryWriteAsync("notes.md", corrected, seen.Version, ct);
            return change.Applied ? "corrected" : change.Refusal!.Message;   // who wrote it in between, and what to do
            // end snippet
        }

        async Task<string> CorrectAsync(string text)
        {
            await host!.Files.ForOwner(host.Locks.CreateOwner("editor")).EditAsync("notes.md", notes => notes + "- More\n");
            return text.ToUpperInvariant();
        }
    }

    private static async Task<AgentOutput> WriteAsync(AgentContext context, CancellationToken ct)
    {
        // snippet: locking-files-edit
        await context.Files.EditAsync("notes.md", text => $"{text}- {context.Goal.Description}\n", cancellationToken: ct);
        await context.Files.ReplaceTextAsync("notes.md", oldText: $"- {context.Goal.Description}\n", newText: $"- {context.Goal.Description}: done\n", cancellationToken: ct);
        // end snippet
        return "done";
    }
}
