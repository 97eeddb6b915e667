using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Routing;

/// <summary>What a model is asked; several clients may be asked the same.</summary>
/// <param name="Messages">The conversation; it can be read again and again.</param>
/// <param name="Options">How to answer.</param>
internal readonly record struct ModelQuestion(IEnumerable<ChatMessage> Messages, ChatOptions? Options)
{
    /// <summary>Of what the caller gave, which may be a sequence that can be read only once.</summary>
    public static ModelQuestion Of(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return new ModelQuestion(messages as IReadOnlyCollection<ChatMessage> ?? [.. messages], options);
    }
}
