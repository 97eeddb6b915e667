using System.Text.Json.Serialization;

namespace Snippets;

[JsonSerializable(typeof(int))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
