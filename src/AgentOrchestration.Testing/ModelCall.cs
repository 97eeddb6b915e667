using Microsoft.Extensions.AI;

namespace AgentOrchestration.Testing;

/// <summary>What a <see cref="ScriptedModel"/> was called with, as it was at that moment.</summary>
/// <param name="Messages">The whole conversation.</param>
/// <param name="Options">The options; null if there were none.</param>
/// <param name="Streamed">Whether the answer was streamed.</param>
public sealed record ModelCall(IReadOnlyList<ChatMessage> Messages, ChatOptions? Options, bool Streamed);
