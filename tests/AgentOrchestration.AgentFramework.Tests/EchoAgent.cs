using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework.Tests;

/// <summary>An agent of the framework that answers what a test wrote down, and keeps its conversation in its session.</summary>
internal sealed class EchoAgent(Func<IReadOnlyList<ChatMessage>, CancellationToken, IAsyncEnumerable<AgentResponseUpdate>> answer) : AIAgent
{
    public EchoAgent(Func<IReadOnlyList<ChatMessage>, AIContent[]> answer)
        : this((messages, _) => answer(messages).Select(content => new AgentResponseUpdate(RoleOf(content), [content])).ToAsyncEnumerable())
    {
    }

    public bool KeepsSessions { get; init; } = true;

    /// <summary>What it was given by the caller, run by run.</summary>
    public List<IReadOnlyList<ChatMessage>> Given { get; } = [];

    /// <summary>Asks for two approvals at once, and then says what it was told.</summary>
    public static EchoAgent Approving() => new(messages =>
    {
        var answers = messages.SelectMany(message => message.Contents).OfType<ToolApprovalResponseContent>().ToList();
        return answers.Count == 0
            ? [
                new ToolApprovalRequestContent("r1", new FunctionCallContent("c1", "delete", new Dictionary<string, object?> { ["path"] = "a.txt" })),
                new ToolApprovalRequestContent("r2", new FunctionCallContent("c2", "move")),
            ]
            : [
                .. answers.Where(answer => answer.Approved).Select(answer => new FunctionResultContent(answer.ToolCall.CallId, "done")),
                new TextContent(string.Join("; ", answers.Select(answer => $"{((FunctionCallContent)answer.ToolCall).Name}: {(answer.Approved ? "yes" : "no")}, {answer.Reason}"))),
            ];
    });

    protected override ValueTask<AgentSession> CreateSessionCoreAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<AgentSession>(new Session());

    protected override ValueTask<JsonElement> SerializeSessionCoreAsync(
        AgentSession session, JsonSerializerOptions? jsonSerializerOptions = null, CancellationToken cancellationToken = default) =>
        KeepsSessions ? ValueTask.FromResult(session.StateBag.Serialize()) : throw new NotSupportedException();

    protected override ValueTask<AgentSession> DeserializeSessionCoreAsync(
        JsonElement serializedState, JsonSerializerOptions? jsonSerializerOptions = null, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<AgentSession>(new Session(serializedState));

    protected override Task<AgentResponse> RunCoreAsync(
        IEnumerable<ChatMessage> messages, AgentSession? session = null, AgentRunOptions? options = null, CancellationToken cancellationToken = default) =>
        RunCoreStreamingAsync(messages, session, options, cancellationToken).ToAgentResponseAsync(cancellationToken);

    /// <summary>Answers the whole conversation, the new messages last.</summary>
    protected override async IAsyncEnumerable<AgentResponseUpdate> RunCoreStreamingAsync(
        IEnumerable<ChatMessage> messages, AgentSession? session = null, AgentRunOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        List<ChatMessage> added = [.. messages];
        Given.Add(added);
        List<ChatMessage> all = session!.TryGetInMemoryChatHistory(out var history) ? [.. history, .. added] : added;
        var updates = new List<AgentResponseUpdate>();
        await foreach (var update in answer(all, cancellationToken).WithCancellation(cancellationToken))
        {
            updates.Add(update);
            yield return update;
        }

        session!.SetInMemoryChatHistory([.. all, .. updates.ToAgentResponse().Messages]);
    }

    private static ChatRole RoleOf(AIContent content) => content is FunctionResultContent ? ChatRole.Tool : ChatRole.Assistant;

    private sealed class Session : AgentSession
    {
        public Session()
        {
        }

        public Session(JsonElement state)
            : base(AgentSessionStateBag.Deserialize(state))
        {
        }
    }
}
