using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Coordination;

/// <summary>One question of a run to a model. What agents produced is material in it, marked as such and bounded; the answer is not trusted either.</summary>
internal static class ModelCall
{
    /// <summary>Characters of one result that a model is shown; what is cut is marked.</summary>
    public const int MaxResultCharacters = 20_000;

    private const int MaxReasonCharacters = 2_000;

    public static async ValueTask<string> AskAsync(RunModel model, LlmRequest request, string task, string material, ChatResponseFormat? format, CancellationToken stop)
    {
        var response = await model.AskAsync(
            request,
            [new ChatMessage(ChatRole.System, task), new ChatMessage(ChatRole.User, material)],
            new ChatOptions { ResponseFormat = format },
            stop).ConfigureAwait(false);
        return response.Text;
    }

    /// <summary>Asks for a JSON object; models that wrap it in words or fences are understood.</summary>
    public static async ValueTask<JsonElement> AskForObjectAsync(RunModel model, LlmRequest request, string task, string material, CancellationToken stop)
    {
        var text = await AskAsync(model, request, task, material, ChatResponseFormat.Json, stop).ConfigureAwait(false);
        var (start, end) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        if (start >= 0 && end > start)
        {
            try
            {
                using var document = JsonDocument.Parse(text.AsMemory(start, end - start + 1));
                return document.RootElement.Clone();
            }
            catch (JsonException)
            {
                // Said below, for every answer that is none.
            }
        }

        throw new InvalidOperationException($"The model was asked for a JSON object and answered with {text.Length} characters that hold none.");
    }

    /// <summary>The results as material, numbered from 0.</summary>
    public static string Show(IReadOnlyList<AgentResult> results)
    {
        var text = new StringBuilder();
        for (var i = 0; i < results.Count; i++)
        {
            var result = results[i];
            text.Append(CultureInfo.InvariantCulture, $"<result number=\"{i}\" goal=\"{result.Goal.Name}\" state=\"{result.State}\">\n");
            text.Append(Cut(result.Output?.Text ?? result.Error?.Message ?? "", MaxResultCharacters)).Append("\n</result>\n");
        }

        return text.ToString();
    }

    public static string? ReasonIn(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String ? Cut(reason.GetString()!, MaxReasonCharacters) : null;

    private static string Cut(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length), "[cut]");
}
