using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>What an agent produced. Immutable; a string converts to an output. <see cref="ToString"/> prints no content.</summary>
/// <param name="Text">The answer in words; empty if there is none.</param>
[JsonConverter(typeof(AgentOutputJsonConverter))]
public sealed record AgentOutput(string Text)
{
    /// <summary>The answer as data, if the agent gives any.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>Further content, such as images or files.</summary>
    public IReadOnlyList<AIContent> Contents { get; init; } = [];

    /// <summary>An output of this text.</summary>
    public static implicit operator AgentOutput(string text) => new(text);

    /// <summary>Sizes, no content.</summary>
    public override string ToString() => $"{nameof(AgentOutput)} {{ {Text.Length} characters{(Data is null ? "" : ", data")}, {Contents.Count} contents }}";
}
