using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Writes an id as its text form. Public for the code that source generation makes in other assemblies.</summary>
/// <typeparam name="TId">The kind of id.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class IdJsonConverter<TId> : JsonConverter<TId>
    where TId : struct, ISpanParsable<TId>
{
    /// <inheritdoc/>
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && TId.TryParse(reader.GetString(), null, out var id)
            ? id
            : throw new JsonException($"Not the text of an {typeof(TId).Name}.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }

    /// <inheritdoc/>
    public override TId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader, typeToConvert, options);

    /// <inheritdoc/>
    public override void WriteAsPropertyName(Utf8JsonWriter writer, TId value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WritePropertyName(value.ToString()!);
    }
}
