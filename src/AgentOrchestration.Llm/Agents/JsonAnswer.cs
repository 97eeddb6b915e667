using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>Questions whose answer is a JSON object. Models that wrap it in words or fences are understood; one that gives none is asked once more.</summary>
internal static class JsonAnswer
{
    private const int MaxAttempts = 2;

    /// <summary>Asks, and reads the answer.</summary>
    /// <returns>Null if no answer could be read.</returns>
    public static async Task<T?> AskAsync<T>(
        ModelCalls calls, LlmPurpose purpose, IReadOnlyList<ChatMessage> messages, int maxOutputTokens, Func<JsonElement, T?> read, CancellationToken cancellationToken)
        where T : class
    {
        var asked = messages.ToList();
        var options = new ChatOptions { ResponseFormat = ChatResponseFormat.Json, MaxOutputTokens = maxOutputTokens };
        for (var attempt = 1; ; attempt++)
        {
            var response = await calls.AskAsync(purpose, asked, options, cancellationToken).ConfigureAwait(false);
            if (Parse(response.Text) is { } answer && read(answer) is { } value)
            {
                return value;
            }

            if (attempt == MaxAttempts)
            {
                return null;
            }

            asked.AddRange(response.Messages);
            asked.Add(new ChatMessage(ChatRole.User, Prompts.NotAnObject));
        }
    }

    /// <summary>The JSON object in a text; null if there is none.</summary>
    public static JsonElement? Parse(string text)
    {
        var (start, end) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        return start < 0 || end < start ? null : ParseAll(text[start..(end + 1)]);
    }

    /// <summary>The text as JSON of any kind, fences around it aside; null if it is none.</summary>
    public static JsonElement? ParseAll(string text)
    {
        var json = text.AsSpan().Trim();
        if (json.StartsWith("```") && json.EndsWith("```") && json.IndexOf('\n') is >= 0 and var line && line < json.Length - 3)
        {
            json = json[(line + 1)..^3];
        }

        try
        {
            return JsonElement.Parse(json);
        }
        catch (JsonException)
        {
            // An answer like any other: whoever asked says what follows.
            return null;
        }
    }

    /// <summary>The strings in a member that is a list of them.</summary>
    public static IReadOnlyList<string>? ReadList(JsonElement answer, string member, int maxItems, int maxCharacters) =>
        answer.TryGetProperty(member, out var list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray()
                .Where(static item => item.ValueKind == JsonValueKind.String && !string.IsNullOrWhiteSpace(item.GetString()))
                .Take(maxItems)
                .Select(item => Cut(item.GetString()!.Trim(), maxCharacters))]
            : null;

    public static string Cut(string text, int maxCharacters) => text.Length <= maxCharacters ? text : string.Concat(text.AsSpan(0, maxCharacters), "[cut]");
}
