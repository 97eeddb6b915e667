using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Benchmarks.Llm;

/// <summary>A model that costs as little as a model can: it answers at once, with one part and its usage.</summary>
internal sealed class InstantModel : IChatClient
{
    private readonly ChatResponseUpdate _answer = new(ChatRole.Assistant, [new TextContent("Yes."), new UsageContent(new UsageDetails { InputTokenCount = 40, OutputTokenCount = 2 })]);

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        yield return _answer;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }
}
