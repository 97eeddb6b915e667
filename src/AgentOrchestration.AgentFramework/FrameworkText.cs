using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.AgentFramework;

/// <summary>From goals to messages, and from responses to outputs.</summary>
internal static class FrameworkText
{
    public static ChatMessage Goal(AgentContext context)
    {
        var text = new StringBuilder(context.Goal.Description);
        if (context.Goal.SuccessCriteria.Count > 0)
            text.Append("\n\nThe result must meet these criteria:\n").AppendJoin('\n', context.Goal.SuccessCriteria.Select(static criterion => $"- {criterion}"));
        foreach (var input in context.Inputs)
            text.Append("\n\nResult of ").Append(input.Goal.Name ?? "the work before").Append(" (").Append(input.State).Append("):\n").Append(input.Output?.Text ?? input.Error?.Message);
        return new ChatMessage(ChatRole.User, [new TextContent(text.ToString()), .. context.Goal.Attachments]);
    }

    /// <exception cref="AgentFailureException">It says that it failed, and nothing else.</exception>
    public static AgentOutput Output(AgentResponse response)
    {
        var contents = response.Messages.SelectMany(static message => message.Contents).ToList();
        if (response.Text.Length == 0 && contents.OfType<ErrorContent>().FirstOrDefault() is { } error)
            throw new AgentFailureException(error.ErrorCode is { Length: > 0 } code ? code : AgentErrorCodes.AgentFailed, "The agent reported an error and gave no answer.");
        return new AgentOutput(response.Text) { Contents = [.. contents.Where(IsResult)] };
    }

    public static string Approval(ToolApprovalRequestContent request) => $"Call {NameOf(request.ToolCall)} with {ArgumentsOf(request.ToolCall) ?? "no arguments"}";

    public static string NameOf(ToolCallContent call) => call switch
    {
        FunctionCallContent function => function.Name,
        McpServerToolCallContent server => server.Name,
        _ => call.GetType().Name,
    };

    public static string? ArgumentsOf(ToolCallContent call)
    {
        var arguments = call switch
        {
            FunctionCallContent function => function.Arguments,
            McpServerToolCallContent server => server.Arguments,
            _ => null,
        };
        if (arguments is null)
            return null;

        // With a writer of its own: the options would write a line for each property.
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
            JsonSerializer.Serialize(json, arguments, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>)));
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    // What is neither text nor part of the way to it.
    private static bool IsResult(AIContent content) => content is DataContent or UriContent or HostedFileContent or HostedVectorStoreContent;
}
