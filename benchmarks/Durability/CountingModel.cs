using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Benchmarks.Durability;

/// <summary>A model that calls the tool <c>next</c> so many times and then answers; it costs as little as a model can.</summary>
internal sealed class CountingModel(int turns) : IChatClient
{
    private int _turn;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        var turn = ++_turn;
        AIContent content = turn < turns
            ? new FunctionCallContent(string.Create(CultureInfo.InvariantCulture, $"call_{turn}"), "next", new Dictionary<string, object?>(StringComparer.Ordinal) { ["number"] = turn })
            : new TextContent("done");
        yield return new ChatResponseUpdate(ChatRole.Assistant, [content, new UsageContent(new UsageDetails { InputTokenCount = 40, OutputTokenCount = 2 })]);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
