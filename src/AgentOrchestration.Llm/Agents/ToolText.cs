using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Agents;

/// <summary>What tools are given and give back, as text.</summary>
internal static class ToolText
{
    private static readonly JsonTypeInfo Arguments = MakeTypeInfo();

    /// <summary>Arguments as JSON.</summary>
    public static string Write(IDictionary<string, object?>? arguments) => arguments is null ? "{}" : JsonSerializer.Serialize(arguments, Arguments);

    /// <summary>Arguments as a JSON object.</summary>
    public static JsonElement ToElement(IDictionary<string, object?>? arguments) =>
        JsonSerializer.SerializeToElement(arguments ?? new Dictionary<string, object?>(StringComparer.Ordinal), Arguments);

    /// <summary>A result as text; and as content, if it is more than text and small enough for the model.</summary>
    /// <param name="result">What the tool returned.</param>
    /// <param name="maxCharacters">How much the model is given.</param>
    public static (string Text, object? Content) Read(object? result, int maxCharacters) => result switch
    {
        null => ("", null),
        string text => (text, null),
        JsonElement { ValueKind: JsonValueKind.String } json => (json.GetString()!, null),
        JsonElement json => (json.GetRawText(), null),
        JsonNode node => (node.ToJsonString(), null),
        TextContent text => (text.Text, null),
        IEnumerable<AIContent> contents => ReadAll([.. contents], maxCharacters),
        AIContent content => ReadAll([content], maxCharacters),
        IFormattable value => (value.ToString(format: null, CultureInfo.InvariantCulture), null),
        _ => (result.ToString() ?? "", null),
    };

    private static JsonTypeInfo MakeTypeInfo()
    {
        var options = new JsonSerializerOptions(AIJsonUtilities.DefaultOptions) { WriteIndented = false };
        options.MakeReadOnly();
        return options.GetTypeInfo(typeof(IDictionary<string, object?>));
    }

    private static (string Text, object? Content) ReadAll(IReadOnlyList<AIContent> contents, int maxCharacters)
    {
        var text = string.Join('\n', contents.Select(Describe));
        if (contents.All(static content => content is TextContent))
        {
            return (text, null);
        }

        // Base 64, as it goes to the model.
        var size = contents.Sum(static content => content is DataContent data ? data.Data.Length * 4L / 3 : content is TextContent written ? written.Text.Length : 0);
        return (text, size <= maxCharacters ? contents : null);
    }

    private static string Describe(AIContent content) => content switch
    {
        TextContent text => text.Text,
        DataContent data => string.Create(CultureInfo.InvariantCulture, $"[{data.MediaType}, {data.Data.Length} bytes]"),
        UriContent uri => $"[{uri.MediaType} at {uri.Uri}]",
        _ => $"[{content.GetType().Name}]",
    };
}
