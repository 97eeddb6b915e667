using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>Beneath the tool loop: each call of the model is a turn. Here the agent can be paused, hears its messages, is kept within its window and limits, and declares the tools to come.</summary>
internal sealed class TurnClient(AgentContext context, LlmAgentOptions options, ModelCalls calls, Conversation conversation, HardStop stop) : IChatClient
{
    private static readonly ActivitySource Spans = new("AgentOrchestration");

    private readonly HashSet<string> _forked = new(StringComparer.Ordinal);
    private int _turn;
    private decimal _dearest;
    private TimeSpan _longest;

    /// <summary>The calls of tools in the last answer, if there are several that will come at once.</summary>
    public ToolBatch? Batch { get; private set; }

    /// <summary>Whether it was told to finish, because a limit is near.</summary>
    public bool IsLast { get; private set; }

    public void SetTools(IEnumerable<AITool> tools)
    {
        foreach (var tool in tools)
        {
            if (tool is not OwnTool { IsInstant: true })
            {
                _forked.Add(tool.Name);
            }
        }
    }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await context.PausePointAsync().ConfigureAwait(false);
        conversation.TakeFrom(messages);
        while (context.TryReceive(out var message))
        {
            conversation.Add(new ChatMessage(ChatRole.User, message.Text));
        }

        var turn = BeginTurn(options!);
        await conversation.FitAsync(TokenEstimate.Of(turn) + turn.MaxOutputTokens!.Value, cancellationToken).ConfigureAwait(false);
        var before = context.GetUsage();
        var asked = new List<FunctionCallContent>();
        await foreach (var update in AskAsync(turn, asked, cancellationToken).ConfigureAwait(false))
        {
            // The conversation is kept here, whole. Told that the service keeps one, the tool loop would hand over only what is new to that.
            update.ConversationId = null;
            yield return update;
        }

        EndTurn(before, asked);
    }

    // The tool loop makes its spans with the source that it finds here.
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null : serviceType == typeof(ActivitySource) ? Spans : serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The models are the router's.
    }

    // What the model says is given on as it comes; where it is kept, the loop gets it when it is kept.
    private async IAsyncEnumerable<ChatResponseUpdate> AskAsync(ChatOptions turn, List<FunctionCallContent> asked, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (context.IsDurable)
        {
            var response = await calls.AskOnceAsync(LlmPurpose.Act, conversation.Messages, turn, update => See(update, asked), cancellationToken).ConfigureAwait(false);
            foreach (var update in response.ToChatResponseUpdates())
            {
                yield return update;
            }

            yield break;
        }

        await foreach (var update in calls.StreamAsync(LlmPurpose.Act, conversation.Messages, turn, cancellationToken).ConfigureAwait(false))
        {
            See(update, asked);
            yield return update;
        }
    }

    private void See(ChatResponseUpdate update, List<FunctionCallContent> asked)
    {
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextContent { Text.Length: > 0 } text:
                    context.Output(text.Text);
                    break;
                case FunctionCallContent { InformationalOnly: false } call:
                    asked.Add(call);
                    break;
            }
        }
    }

    private ChatOptions BeginTurn(ChatOptions asked)
    {
        _turn++;
        if (_turn > options.MaxTurns)
        {
            throw new AgentFailureException("turns_exceeded", string.Create(CultureInfo.InvariantCulture, $"The model did not come to an end within MaxTurns, {options.MaxTurns}, though it was told that its last turn had come."));
        }

        context.Report(string.Create(CultureInfo.InvariantCulture, $"turn {_turn}"));
        var turn = asked.Clone();
        if (!IsLast && FindLimit(asked) is { } limit)
        {
            IsLast = true;
            conversation.Add(new ChatMessage(ChatRole.User, Prompts.LastTurn(limit)));
        }

        if (IsLast && turn.Tools is { Count: > 0 })
        {
            turn.ToolMode = ChatToolMode.None;
        }

        return turn;
    }

    private void EndTurn(AgentUsage before, List<FunctionCallContent> asked)
    {
        var after = context.GetUsage();
        _dearest = Math.Max(_dearest, after.Cost - before.Cost);
        var time = after.CallTime - before.CallTime;
        _longest = time > _longest ? time : _longest;
        var coming = asked.Index().Where(call => _forked.Contains(call.Item.Name)).Select(static call => call.Index).ToList();
        Batch = coming.Count > 1 ? new ToolBatch(context, coming, stop.Token) : null;
    }

    // The limit that allows this turn and no other like it.
    private string? FindLimit(ChatOptions asked)
    {
        var left = context.GetRemainingBudget();
        var tokens = TokenEstimate.Of(conversation.Messages) + TokenEstimate.Of(asked) + asked.MaxOutputTokens!.Value;
        return _turn == options.MaxTurns ? "turns"
            : left.MaxModelCalls <= 1 ? "model calls"
            : left.MaxToolCalls <= 0 ? "tool calls"
            : left.MaxTokens < tokens * 2 ? "tokens"
            : left.MaxCost < _dearest * 2 ? "cost"
            : left.MaxCallTime < _longest * 2 ? "time"
            : null;
    }
}
