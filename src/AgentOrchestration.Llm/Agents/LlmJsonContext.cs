using System.Text.Json.Serialization;

namespace AgentOrchestration.Llm.Agents;

[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(LessonOrigin))]
internal sealed partial class LlmJsonContext : JsonSerializerContext;
