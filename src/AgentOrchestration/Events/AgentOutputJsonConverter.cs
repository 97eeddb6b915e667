using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using AgentOrchestration.Events;

namespace AgentOrchestration;

/// <summary>Writes an output as in events, whatever the options; members that the JSON lacks have their defaults. Public for the code that source generation makes in other assemblies.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class AgentOutputJsonConverter : JsonConverter<AgentOutput>
{
    /// <inheritdoc/>
    public override AgentOutput? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, AgentEventJson.Info<OutputJson>())?.ToOutput();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AgentOutput value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        JsonSerializer.Serialize(writer, OutputJson.From(value), AgentEventJson.Info<OutputJson>());
    }
}
