using AgentOrchestration;
using Microsoft.Extensions.AI;

namespace Snippets;

internal static class ToolsForModels
{
    public static async Task RunAsync()
    {
        Directory.CreateDirectory("shop/src");
        await File.WriteAllTextAsync("shop/src/Cart.cs", "class Cart;\n");
        await File.WriteAllTextAsync("notes.md", "# Notes\n");

        // snippet: model-tools-workspace
        IReadOnlyList<AIFunction> tools = WorkspaceTools.Create("shop", new() { Files = ["*.cs", "*.md"], MaxMatches = 50 });
        // end snippet

        // snippet: model-tools-own
        AIFunction takeNote = AIFunctionFactory.Create(
            async (string text, AIFunctionArguments arguments, CancellationToken ct) =>
            {
                var agent = arguments.GetAgentContext();
                await agent.Files.EditAsync("notes.md", notes => $"{notes}- {text}\n", cancellationToken: ct);
                return "noted";
            },
            "take_note",
            "Adds a line to the notes.");
        // end snippet

        await using var orchestrator = AgentOrchestrator.Create(options => options
            .AddAgent("reader", (context, ct) => ReadAsync(tools.Single(tool => tool.Name == "read_file"), context, ct))
            .AddAgent("writer", async (context, ct) => $"{await takeNote.InvokeAsync(new AIFunctionArguments { ["text"] = "the cart", Context = Of(context) }, ct)}"));
        var result = await (await orchestrator.SpawnAsync(new AgentGoal("Read") { Agent = "reader" })).Completion;
        Check.That(result.Output?.Text == "1\tclass Cart;\n", $"code can call a tool: {result.Output?.Text ?? result.Error?.Message}");
        await (await orchestrator.SpawnAsync(new AgentGoal("Note") { Agent = "writer" })).Completion;
        Check.That(await File.ReadAllTextAsync("notes.md") == "# Notes\n- the cart\n", "a tool of one's own works for the agent that calls it");
    }

    private static Dictionary<object, object?> Of(AgentContext context) => new() { [typeof(AgentContext)] = context };

    private static async Task<AgentOutput> ReadAsync(AIFunction readFile, AgentContext context, CancellationToken ct)
    {
        // snippet: model-tools-call
        var arguments = new AIFunctionArguments { ["path"] = "src/Cart.cs" };
        arguments.Context = new Dictionary<object, object?> { [typeof(AgentContext)] = context };
        var text = (string?)await readFile.InvokeAsync(arguments, ct);
        // end snippet
        return text!;
    }
}
