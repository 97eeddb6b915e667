using System.Text.Json.Serialization;

namespace Sequential;

[JsonSerializable(typeof(Schema))]
[JsonSerializable(typeof(Api))]
internal sealed partial class SampleJson : JsonSerializerContext;
