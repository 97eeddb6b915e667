using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Events;

/// <summary>Contents as they are written: by the resolver that comes with them, which knows every kind.</summary>
/// <remarks>
/// Without this type source generation would put code for each kind of content into this assembly, experimental ones included, and the first of them that a later
/// version of Microsoft.Extensions.AI renames would break the JSON of every event.
/// </remarks>
[JsonConverter(typeof(Converter))]
internal sealed class ContentsJson(IReadOnlyList<AIContent> items)
{
    public IReadOnlyList<AIContent> Items { get; } = items;

    public sealed class Converter : JsonConverter<ContentsJson>
    {
        public override ContentsJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new([.. JsonSerializer.Deserialize(ref reader, ItemsInfo(options))!]);

        public override void Write(Utf8JsonWriter writer, ContentsJson value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Items as IList<AIContent> ?? [.. value.Items], ItemsInfo(options));

        private static JsonTypeInfo<IList<AIContent>> ItemsInfo(JsonSerializerOptions options) => (JsonTypeInfo<IList<AIContent>>)options.GetTypeInfo(typeof(IList<AIContent>));
    }
}
