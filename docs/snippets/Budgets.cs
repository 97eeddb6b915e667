using AgentOrchestration;
using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;

namespace Snippets;

internal static class Budgets
{
    public static async Task RunAsync()
    {
        using var client = new ScriptedModel(static question => $"an answer to {question}");
        await using var orchestrator = AgentOrchestrator.Create(options => options.AddAgent("ask", (context, _) => AskAsync(context, client)).AddAgent("clean", static (context, _) => CleanAsync(context)));

        // snippet: budgets-goal
        var goal = new AgentGoal("Which files are not used?")
        {
            Agent = "ask",
            Budget = new AgentBudget { MaxTokens = 200_000, MaxToolCalls = 50, MaxCallTime = TimeSpan.FromMinutes(10) },
        };
        var result = await (await orchestrator.SpawnAsync(goal)).Completion;
        Console.WriteLine($"{result.Usage.Tokens} tokens in {result.Usage.ModelCalls} calls");

        // end snippet
        Check.That(result is { Succeeded: true, Usage: { ModelCalls: 1, OutputTokens: 9 } }, "the call was counted");

        var cleaning = await orchestrator.SpawnAsync(new AgentGoal("clean") { Agent = "clean" });
        await foreach (var e in cleaning.Watch())
        {
            if (e is ApprovalRequested asked)
            {
                await orchestrator.AnswerAsync(asked.Request.Id, approved: false, "they are needed");
            }
        }

        Check.That((await cleaning.Completion).Output!.Text == "Refused: they are needed", "the refusal reached the agent");
    }

    private static async Task<AgentOutput> AskAsync(AgentContext context, IChatClient client)
    {
        var question = context.Goal.Description;

        // snippet: budgets-model
        using var call = await context.BeginModelCallAsync(LlmPurpose.Act, new ModelCallEstimate(InputTokens: question.Length / 4, MaxOutputTokens: 500));
        var response = await client.GetResponseAsync(question, new ChatOptions { MaxOutputTokens = (int?)call.MaxOutputTokens }, call.CancellationToken);
        call.Complete(response.Usage?.InputTokenCount ?? question.Length / 4, response.Usage?.OutputTokenCount ?? response.Text.Length / 4);

        // end snippet
        return response.Text;
    }

    private static async Task<AgentOutput> CleanAsync(AgentContext context)
    {
        // snippet: tools-run
        var call = new ToolCall("delete_files")
        {
            Approval = "Delete 14 unused files",
            ApprovalTimeout = TimeSpan.FromHours(1),
            Resources = [new ResourceRequest(ResourceKey.Directory("unused"))],
        };
        ToolCallResult done = await context.RunToolAsync(call, async (tool, ct) => await DeleteAsync("unused", ct));

        // end snippet
        return done.Text;
    }

    private static Task<string> DeleteAsync(string directory, CancellationToken cancellationToken) =>
        Task.FromResult($"deleted {Directory.GetFiles(directory).Length} files, {cancellationToken.IsCancellationRequested}");
}
