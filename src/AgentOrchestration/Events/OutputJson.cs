using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Events;

/// <summary>An output as it is written; settable for the same reason as <see cref="GoalJson"/>.</summary>
internal sealed class OutputJson
{
    [JsonRequired]
    public string Text { get; set; } = "";

    public JsonElement? Data { get; set; }

    public ContentsJson Contents { get; set; } = new([]);

    public static OutputJson From(AgentOutput output) => new() { Text = output.Text, Data = output.Data, Contents = new ContentsJson(output.Contents) };

    public AgentOutput ToOutput() => new(Text) { Data = Data, Contents = Contents.Items };
}
