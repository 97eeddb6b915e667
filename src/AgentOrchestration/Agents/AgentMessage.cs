using System.Text.Json;

namespace AgentOrchestration;

/// <summary>Something said to an agent while it runs. A string converts to a message. <see cref="ToString"/> prints no content.</summary>
/// <param name="Text">What is said.</param>
public sealed record AgentMessage(string Text)
{
    /// <summary>Further data, if any.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>The agent that sent it; set by the orchestrator, null for the host.</summary>
    public AgentId? From { get; init; }

    /// <summary>A message of this text.</summary>
    public static implicit operator AgentMessage(string text) => new(text);

    /// <summary>The sender, no content.</summary>
    public override string ToString() => $"{nameof(AgentMessage)} {{ from {From?.ToString() ?? "host"} }}";
}
