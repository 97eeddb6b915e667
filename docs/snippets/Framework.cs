using System.Runtime.CompilerServices;
using System.Text.Json;
using AgentOrchestration;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace Snippets;

internal static class Framework
{
    public static async Task RunAsync()
    {
        AIAgent reviewer = new Reviewer();

        // snippet: framework-agent
        await using var orchestrator = AgentOrchestrator.Create(o => o.AddAgent("review", reviewer.AsOrchestratedAgent().RunAsync));

        var goal = new AgentGoal("Review src/Auth.cs") { Agent = "review", Budget = new() { MaxTokens = 100_000 } };
        var handle = await orchestrator.SpawnAsync(goal);
        // end snippet
        var result = await handle.Completion;
        Check.That(result.Output?.Text == "Review src/Auth.cs: fine." && result.Usage.Tokens == 15, $"an agent of the framework works for the orchestrator: {result.Output?.Text ?? result.Error?.Message}");

        // snippet: framework-pattern
        AIAgent team = orchestrator.AsAIAgent(
            new CoordinationPattern.Parallel(2),
            messages => [new($"Find bugs in {messages[^1].Text}") { Agent = "review" }, new($"Find missing tests of {messages[^1].Text}") { Agent = "review" }],
            new() { Name = "team" });

        AgentResponse response = await team.RunAsync("src/Auth.cs");
        // end snippet
        Check.That(response.Text.Contains("Find bugs in src/Auth.cs: fine.", StringComparison.Ordinal), $"an orchestrator works as an agent of the framework: {response.Text}");
    }

    private sealed class Reviewer : AIAgent
    {
        protected override ValueTask<AgentSession> CreateSessionCoreAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<AgentSession>(new Session());

        protected override ValueTask<JsonElement> SerializeSessionCoreAsync(AgentSession session, JsonSerializerOptions? jsonSerializerOptions = null, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(session.StateBag.Serialize());

        protected override ValueTask<AgentSession> DeserializeSessionCoreAsync(JsonElement serializedState, JsonSerializerOptions? jsonSerializerOptions = null, CancellationToken cancellationToken = default) =>
            CreateSessionCoreAsync(cancellationToken);

        protected override Task<AgentResponse> RunCoreAsync(IEnumerable<ChatMessage> messages, AgentSession? session = null, AgentRunOptions? options = null, CancellationToken cancellationToken = default) =>
            RunCoreStreamingAsync(messages, session, options, cancellationToken).ToAgentResponseAsync(cancellationToken);

        protected override async IAsyncEnumerable<AgentResponseUpdate> RunCoreStreamingAsync(
            IEnumerable<ChatMessage> messages, AgentSession? session = null, AgentRunOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            yield return new AgentResponseUpdate(ChatRole.Assistant, $"{messages.Last().Text}: fine.");
            yield return new AgentResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 10, OutputTokenCount = 5 })]);
        }

        private sealed class Session : AgentSession;
    }
}
