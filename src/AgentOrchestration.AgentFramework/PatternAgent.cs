using System.Runtime.CompilerServices;
using System.Text.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework;

/// <summary>An orchestrator with a pattern, for hosts of the framework.</summary>
internal sealed class PatternAgent(
    IAgentOrchestrator orchestrator, CoordinationPattern pattern, Func<IReadOnlyList<ChatMessage>, IReadOnlyList<AgentGoal>> goals, OrchestratedAIAgentOptions options) : AIAgent
{
    private readonly OrchestrationRunOptions? _run = options.Run;

    public override string? Name => options.Name;

    public override string? Description => options.Description;

    protected override ValueTask<AgentSession> CreateSessionCoreAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<AgentSession>(new PatternSession());

    protected override ValueTask<JsonElement> SerializeSessionCoreAsync(
        AgentSession session, JsonSerializerOptions? jsonSerializerOptions = null, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(OwnSession(session)!.StateBag.Serialize());

    protected override ValueTask<AgentSession> DeserializeSessionCoreAsync(
        JsonElement serializedState, JsonSerializerOptions? jsonSerializerOptions = null, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<AgentSession>(new PatternSession(serializedState));

    protected override async Task<AgentResponse> RunCoreAsync(
        IEnumerable<ChatMessage> messages, AgentSession? session = null, AgentRunOptions? options = null, CancellationToken cancellationToken = default)
    {
        var conversation = OwnSession(session);
        var added = messages.ToList();
        var result = await orchestrator.RunAsync(pattern, goals([.. conversation?.Messages ?? [], .. added]), _run, cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        var response = ResponseOf(result);
        conversation?.Add([.. added, .. response.Messages]);
        return response;
    }

    // As a whole: who wants to see the agents at work subscribes to the orchestrator's events.
    protected override async IAsyncEnumerable<AgentResponseUpdate> RunCoreStreamingAsync(
        IEnumerable<ChatMessage> messages, AgentSession? session = null, AgentRunOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var response = await RunCoreAsync(messages, session, options, cancellationToken).ConfigureAwait(false);
        foreach (var update in response.ToAgentResponseUpdates())
            yield return update;
    }

    private static PatternSession? OwnSession(AgentSession? session) => session switch
    {
        null => null,
        PatternSession own => own,
        _ => throw new ArgumentException("The session is another agent's; make one with CreateSessionAsync of this agent.", nameof(session)),
    };

    private AgentResponse ResponseOf(OrchestrationResult result)
    {
        if (result.Output is not { } output)
            throw new AgentFailureException(CodeOf(result), $"Run {result.RunId} has no output; see its result and events.");

        var failures = result.Results.Where(static one => one.Error is not null).Select(static one => new ErrorContent(one.Error!.Message) { ErrorCode = one.Error.Code });
        var message = new ChatMessage(ChatRole.Assistant, [new TextContent(output.Text), .. output.Contents, .. failures]) { AuthorName = Name };
        return new AgentResponse(message)
        {
            AgentId = Id,
            ResponseId = result.RunId.ToString(),
            Usage = new UsageDetails { InputTokenCount = result.Usage.InputTokens, OutputTokenCount = result.Usage.OutputTokens, TotalTokenCount = result.Usage.Tokens },
            RawRepresentation = result,
        };
    }

    private static string CodeOf(OrchestrationResult result) =>
        result.Error?.Code ?? result.Results.Select(static one => one.Error?.Code).FirstOrDefault(static code => code is not null) ?? (result.Cancelled ? "cancelled" : AgentErrorCodes.AgentFailed);
}
