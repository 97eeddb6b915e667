using System.Text.Json;
using AgentOrchestration.Llm.Tools;

namespace AgentOrchestration;

/// <summary>What was accepted of a tool: a value that changes when what it says of itself does, and says nothing about it.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Fingerprint">SHA-256 over name, description and schema, in hexadecimal digits. The order of properties in the schema does not matter.</param>
public sealed record ToolPin(string Name, string Fingerprint)
{
    /// <summary>Writes pins as JSON, to be kept until the next start.</summary>
    /// <param name="pins">The pins.</param>
    public static string WriteAll(IReadOnlyList<ToolPin> pins)
    {
        ArgumentNullException.ThrowIfNull(pins);
        return JsonSerializer.Serialize(pins, ToolJsonContext.Default.IReadOnlyListToolPin);
    }

    /// <summary>Reads what <see cref="WriteAll"/> has written.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="JsonException">It is something else.</exception>
    public static IReadOnlyList<ToolPin> ReadAll(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return JsonSerializer.Deserialize(json, ToolJsonContext.Default.IReadOnlyListToolPin) is { } pins && pins.All(static pin => pin is { Name: not null, Fingerprint: not null })
            ? pins
            : throw new JsonException("Pins are a list of objects with a name and a fingerprint each.");
    }
}
