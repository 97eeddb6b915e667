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

        await PinAsync(takeNote);

        await using var orchestrator = AgentOrchestrator.Create(options => options
            .AddAgent("reader", (context, ct) => ReadAsync(tools.Single(tool => tool.Name == "read_file"), context, ct))
            .AddAgent("writer", async (context, ct) => $"{await takeNote.InvokeAsync(new AIFunctionArguments { ["text"] = "the cart", Context = Of(context) }, ct)}"));
        var result = await (await orchestrator.SpawnAsync(new AgentGoal("Read") { Agent = "reader" })).Completion;
        Check.That(result.Output?.Text == "1\tclass Cart;\n", $"code can call a tool: {result.Output?.Text ?? result.Error?.Message}");
        await (await orchestrator.SpawnAsync(new AgentGoal("Note") { Agent = "writer" })).Completion;
        Check.That(await File.ReadAllTextAsync("notes.md") == "# Notes\n- the cart\n", "a tool of one's own works for the agent that calls it");
    }

    private static async Task PinAsync(AIFunction takeNote)
    {
        await File.WriteAllTextAsync("pins.json", ToolPin.WriteAll([]));
        IReadOnlyList<AIFunction> listed = [takeNote];

        // snippet: model-tools-pins
        var catalog = new ToolCatalog(ToolPin.ReadAll(await File.ReadAllTextAsync("pins.json")));
        catalog.Add(listed);   // such as those of an MCP client

        foreach (var refused in catalog.GetRefused())
        {
            Console.WriteLine($"{refused.Name} is {refused.Reason}: {refused.Description}");
            if (await AskAsync("Accept it?"))
                catalog.Accept(refused);
        }

        await File.WriteAllTextAsync("pins.json", ToolPin.WriteAll(catalog.GetPins()));
        IReadOnlyList<AIFunction> usable = catalog.GetTools();
        // end snippet

        Check.That(usable.Count == 1 && (await File.ReadAllTextAsync("pins.json")).Contains("take_note", StringComparison.Ordinal), "an accepted tool is given, and its pin kept");
    }

    private static Task<bool> AskAsync(string question) => Task.FromResult(question.Length > 0);

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
