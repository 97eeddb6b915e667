using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Internal;

/// <summary>Writes an id as its text form.</summary>
internal abstract class IdJsonConverter<TId> : JsonConverter<TId>
    where TId : struct, ISpanParsable<TId>
{
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TId.TryParse(reader.GetString(), null, out var id) ? id : throw new JsonException($"Not the text of an {typeof(TId).Name}.");

    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

internal sealed class AgentIdJsonConverter : IdJsonConverter<AgentId>;

internal sealed class RunIdJsonConverter : IdJsonConverter<RunId>;

internal sealed class ApprovalIdJsonConverter : IdJsonConverter<ApprovalId>;
