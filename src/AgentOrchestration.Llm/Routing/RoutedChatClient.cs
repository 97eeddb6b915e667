using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Routing;

/// <summary>What a router gives for one request: chooses a client anew for each call. Thread-safe. Disposing it does nothing.</summary>
internal sealed class RoutedChatClient(LlmRouter router, LlmRequest request, ulong candidates) : IChatClient
{
    // The conversation that a client keeps on its side, which no other knows.
    private Conversation? _conversation;

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var question = ModelQuestion.Of(messages, options);
        var outcome = await Begin(options, cancellationToken).AskAsync(question, streamed: false).ConfigureAwait(false);
        Remember(outcome.Response!.ConversationId, outcome.Client!);
        return outcome.Response;
    }

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        StreamAsync(ModelQuestion.Of(messages, options), cancellationToken);

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this
            : serviceKey is null && serviceType == typeof(ModelPrice) ? router.HighestPrice(candidates)
            : router.Pool.Preview(candidates).Chat.GetService(serviceType, serviceKey);
    }

    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(ModelQuestion question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = Begin(question.Options, cancellationToken);
        var stream = (await call.AskAsync(question, streamed: true).ConfigureAwait(false)).Stream!;
        var end = ModelOutcome.Cancelled;
        try
        {
            while (stream.HasCurrent)
            {
                Remember(stream.Current.ConversationId, stream.Call.Client);
                yield return stream.Current;
                end = await stream.Call.Client.ReadAsync(stream).ConfigureAwait(false);
                call.ThrowIfCut(end);
                end = ModelOutcome.Cancelled;
            }

            end = new ModelOutcome(CallEnd.Answered);
        }
        finally
        {
            await call.CloseAsync(stream, end).ConfigureAwait(false);
        }
    }

    private RoutedCall Begin(ChatOptions? options, CancellationToken cancellationToken)
    {
        var conversation = Volatile.Read(ref _conversation);
        var isGoingOn = conversation is not null && options?.ConversationId == conversation.Id;
        return new RoutedCall(router, request, isGoingOn ? conversation!.Client.Bit : candidates, cancellationToken);
    }

    private void Remember(string? conversation, ModelClient client)
    {
        if (conversation is not null && Volatile.Read(ref _conversation)?.Id != conversation)
        {
            Volatile.Write(ref _conversation, new Conversation(conversation, client));
        }
    }

    private sealed record Conversation(string Id, ModelClient Client);
}
