using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Tools;

/// <summary>What a tool says of itself at one moment, all of which a model reads.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
/// <param name="Schema">What it takes.</param>
/// <param name="Fingerprint">SHA-256 of the three, in hexadecimal digits.</param>
internal sealed record ToolFace(string Name, string Description, JsonElement Schema, string Fingerprint)
{
    public static ToolFace Of(AIFunction tool)
    {
        // Each is asked for once: what is hashed is what is shown.
        var (name, description, schema) = (tool.Name, tool.Description, tool.JsonSchema.Clone());
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartArray();
            json.WriteStringValue(name);
            json.WriteStringValue(description);
            WriteSorted(json, schema);
            json.WriteEndArray();
        }

        return new ToolFace(name, description, schema, Convert.ToHexStringLower(SHA256.HashData(text.WrittenSpan)));
    }

    // Servers may write properties in any order, which means nothing; the order in arrays is kept.
    private static void WriteSorted(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var property in value.EnumerateObject().OrderBy(static property => property.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(property.Name);
                    WriteSorted(json, property.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    WriteSorted(json, item);
                json.WriteEndArray();
                break;
            case JsonValueKind.Undefined:
                json.WriteNullValue();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
