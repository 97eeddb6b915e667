using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>How many tokens something is, roughly: four characters each, which is what common tokenisers average over English text and code.</summary>
internal static class TokenEstimate
{
    private const int CharactersPerToken = 4;
    private const int TokensPerMessage = 4;

    // An image or file has no text to count; models charge about this much for a small image.
    private const int TokensPerBlob = 1_000;

    // A conversation is estimated several times in every turn, and writing the arguments of all its calls each time would make its turns slower and slower.
    private static readonly ConditionalWeakTable<FunctionCallContent, StrongBox<long>> Calls = [];

    public static long Of(string? text) => ((text?.Length ?? 0) + CharactersPerToken - 1) / CharactersPerToken;

    public static long Of(IEnumerable<ChatMessage> messages)
    {
        var tokens = 0L;
        foreach (var message in messages)
        {
            tokens += Of(message);
        }

        return tokens;
    }

    public static long Of(ChatMessage message)
    {
        long tokens = TokensPerMessage;
        foreach (var content in message.Contents)
        {
            tokens += Of(content);
        }

        return tokens;
    }

    public static long Of(ChatOptions? options)
    {
        var tokens = Of(options?.Instructions);
        foreach (var tool in options?.Tools ?? [])
        {
            tokens += Of(tool.Name) + Of(tool.Description) + (tool is AIFunctionDeclaration function ? Of(function.JsonSchema.GetRawText()) : 0);
        }

        return tokens;
    }

    private static long Of(AIContent content) => content switch
    {
        TextContent text => Of(text.Text),
        TextReasoningContent reasoning => Of(reasoning.Text),
        FunctionCallContent call => Calls.GetValue(call, static call => new StrongBox<long>(Of(call.Name) + Of(ToolText.Write(call.Arguments)))).Value,
        FunctionResultContent { Result: string text } => Of(text),
        FunctionResultContent { Result: AIContent inner } => Of(inner),
        FunctionResultContent { Result: IEnumerable<AIContent> inner } => inner.Sum(Of),
        DataContent or UriContent => TokensPerBlob,
        _ => 0,
    };
}
