using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Events;

namespace AgentOrchestration;

/// <summary>Writes a goal as in events, whatever the options; members that the JSON lacks have their defaults. Public for the code that source generation makes in other assemblies.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AgentGoalJsonConverter : JsonConverter<AgentGoal>
{
    /// <inheritdoc/>
    public override AgentGoal? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, AgentEventJson.Info<GoalJson>())?.ToGoal();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AgentGoal value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        JsonSerializer.Serialize(writer, GoalJson.From(value), AgentEventJson.Info<GoalJson>());
    }
}
