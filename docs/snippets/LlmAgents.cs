using System.Text.Json.Serialization;
using AgentOrchestration;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenAI;

namespace Snippets;

internal static class LlmAgents
{
    public static async Task RunAsync()
    {
        await FirstAsync(new ScriptedModel(static (messages, _) =>
            messages[^1].Text.StartsWith("Make a short plan", StringComparison.Ordinal) ? """{"steps": ["Ask for the weather", "Answer"]}"""
            : messages[^1].Role == ChatRole.Tool ? "It rains in Ghent: take a coat."
            : new ModelTurn().Call("weather", """{"city": "Ghent"}""")));
        await HostAsync(new ScriptedModel(static _ => "done"));
        await ToolsAsync(new ScriptedModel(static (messages, _) => messages[^1].Role == ChatRole.Tool ? "done" : new ModelTurn().Call("delete_file", """{"path": "a.txt"}""")));
        await TypedAsync(new ScriptedModel("""{"risk":"low","findings":["none"]}"""));
        await SupervisorAsync(new ScriptedModel(static (messages, _) => messages.Count(static message => message.Role == ChatRole.Tool) switch
        {
            _ when messages[0].Text.StartsWith("You review", StringComparison.Ordinal) => "fine",
            0 => new ModelTurn().Call("delegate", """{"worker": "reviewer", "task": "src/a.cs"}"""),
            1 => new ModelTurn().Call("wait_for_workers"),
            _ => "all fine",
        }));
    }

    // Compiled and not run: it needs a service.
    public static IChatClient Connect()
    {
        // snippet: llm-client
        IChatClient chatClient = new OpenAIClient(Environment.GetEnvironmentVariable("OPENAI_API_KEY")!).GetChatClient("your-model").AsIChatClient();

        // end snippet
        return chatClient;
    }

    private static async Task FirstAsync(IChatClient chatClient)
    {
        // snippet: llm-first
        var weather = AIFunctionFactory.Create((string city) => $"{city}: rain, 11 degrees", "weather");
        await using var orchestrator = AgentOrchestrator.Create(o => o
            .UseLlm(llm => llm.AddClient("main", chatClient))
            .AddLlmAgent("default", agent =>
            {
                agent.Instructions = "You help people to dress for the day.";
                agent.Tools.Add(weather);
            }));
        var handle = await orchestrator.SpawnAsync(new AgentGoal("Do I need a coat in Ghent?") { Budget = new AgentBudget { MaxTokens = 20_000, MaxToolCalls = 5 } });
        await foreach (var e in handle.Watch())
            if (e is AgentOutputProduced output) Console.Write(output.Delta);
        var result = await handle.Completion;
        Console.WriteLine($"\n{result.State} with {result.Usage.Tokens} tokens and {result.Usage.ToolCalls} tool calls");

        // end snippet
        Check.That(result is { Succeeded: true, Usage: { ToolCalls: 1, ModelCalls: 3 } }, "the agent plans, calls the tool and answers");
    }

    private static async Task HostAsync(IChatClient chatClient)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton(chatClient);

        // snippet: llm-host
        builder.Services.AddAgentOrchestration(o => o.MaxConcurrentAgents = 8)
            .AddLlm()   // the container's IChatClient; see the page on routing for several
            .AddLlmAgent("coder", agent =>
            {
                agent.Instructions = "You change C# code with care.";
                agent.CreateTools = context => WorkspaceTools.Create(context.Goal.Tags["folder"]);
                agent.MaxTurns = 80;
            });

        // end snippet
        using var host = builder.Build();
        var result = await (await host.Services.GetRequiredService<IAgentOrchestrator>().SpawnAsync(
            new AgentGoal("nothing") { Agent = "coder", Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["folder"] = Directory.GetCurrentDirectory() } })).Completion;
        Check.That(result is { Succeeded: true, Output.Text: "done" }, "the agent of the host ran");
    }

    private static async Task ToolsAsync(IChatClient chatClient)
    {
        var deleted = new List<string>();
        var delete = AIFunctionFactory.Create(
            (string path) =>
            {
                deleted.Add(path);
                return "deleted";
            },
            "delete_file");
        await using var orchestrator = AgentOrchestrator.Create(o => o.UseLlm(llm => llm.AddClient("main", chatClient)).AddLlmAgent("default", agent =>
        {
            agent.MaxPlanSteps = 0;

            // snippet: llm-tool
            agent.Tools.Add(new AgentTool(delete)
            {
                Approval = arguments => $"Delete {arguments["path"]}",
                ApprovalTimeout = TimeSpan.FromHours(1),
                Resources = arguments => [new ResourceRequest(ResourceKey.File($"{arguments["path"]}"))],
                MaxResultCharacters = 1_000,
            });

            // end snippet
        }));
        var handle = await orchestrator.SpawnAsync("clean up");
        await foreach (var e in handle.Watch())
        {
            if (e is ApprovalRequested { Request: var request })
            {
                await orchestrator.AnswerAsync(request.Id, approved: request.Action == "Delete a.txt");
            }
        }

        Check.That(deleted is ["a.txt"], "the tool ran after its approval");
    }

    private static async Task TypedAsync(IChatClient chatClient)
    {
        await using var orchestrator = AgentOrchestrator.Create(o => o.UseLlm(llm => llm.AddClient("main", chatClient)).AddLlmAgent("default", agent => agent.MaxPlanSteps = 0));

        // snippet: llm-typed
        Review review = await orchestrator.RunAsync("Review src/Auth.cs", ReviewJson.Default.Review);
        Console.WriteLine($"{review.Risk}: {string.Join(", ", review.Findings)}");

        // end snippet
        Check.That(review is { Risk: "low", Findings.Count: 1 }, "the answer is of the type");
    }

    private static async Task SupervisorAsync(IChatClient chatClient)
    {
        // snippet: llm-supervisor
        await using var orchestrator = AgentOrchestrator.Create(o => o
            .UseLlm(llm => llm.AddClient("main", chatClient))
            .AddLlmAgent("lead", agent => agent.MaxPlanSteps = 0)
            .AddLlmAgent("reviewer", agent => (agent.Instructions, agent.MaxPlanSteps) = ("You review one file.", 0)));
        var result = await orchestrator.RunAsync(
            new CoordinationPattern.SupervisorWorker("lead", MaxWorkers: 4, MaxDelegations: 30),
            [
                new AgentGoal("Review the code base, file by file") { Name = "lead", Agent = "lead", Budget = new AgentBudget { MaxTokens = 500_000 } },
                new AgentGoal("Review a file") { Name = "reviewer", Agent = "reviewer" },
            ]);

        // end snippet
        Check.That(result is { Succeeded: true, Delegated.Count: 1 }, "the supervisor delegated");
    }
}

// snippet: llm-typed-record
internal sealed record Review(string Risk, IReadOnlyList<string> Findings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Review))]
internal sealed partial class ReviewJson : JsonSerializerContext;

// end snippet
