using System.Text.Json;

namespace AgentOrchestration.Llm.Tests.Loopback;

/// <summary>What the client has sent.</summary>
/// <param name="Number">The order of arrival, from 1.</param>
/// <param name="Body">The whole body.</param>
internal sealed record LoopbackRequest(int Number, JsonElement Body)
{
    public string Model => Body.GetProperty("model").GetString()!;

    public bool Streams => Body.TryGetProperty("stream", out var stream) && stream.GetBoolean();

    public bool WantsUsage => !Streams || (Body.TryGetProperty("stream_options", out var options) && options.TryGetProperty("include_usage", out var usage) && usage.GetBoolean());

    public IReadOnlyList<JsonElement> Messages => [.. Body.GetProperty("messages").EnumerateArray()];

    /// <summary>The names of the tools that the model may ask for.</summary>
    public IReadOnlyList<string> Tools =>
        Body.TryGetProperty("tools", out var tools) ? [.. tools.EnumerateArray().Select(static tool => tool.GetProperty("function").GetProperty("name").GetString()!)] : [];

    /// <summary>The text of the last message: of the user, or the result of a tool.</summary>
    public string LastText => TextOf(Messages[^1].GetProperty("content"));

    private static string TextOf(JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString()!,
        JsonValueKind.Array => string.Concat(content.EnumerateArray().Select(static part => part.TryGetProperty("text", out var text) ? text.GetString() : "")),
        _ => "",
    };
}
