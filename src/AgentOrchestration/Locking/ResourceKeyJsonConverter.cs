using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Writes a key as <c>kind:name</c>. Public for the code that source generation makes in other assemblies.</summary>
/// <remarks>What is read is taken as it was written: paths are not resolved again, which may be on another machine.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ResourceKeyJsonConverter : JsonConverter<ResourceKey>
{
    /// <inheritdoc/>
    public override ResourceKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ResourceKey.TryParse(reader.GetString()!, out var key)
            ? key
            : throw new JsonException("Not the text of a resource key, which is 'kind:name'.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ResourceKey value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
