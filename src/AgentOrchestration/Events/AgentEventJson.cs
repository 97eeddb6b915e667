using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Events;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>The JSON form of events.</summary>
/// <remarks>
/// All names are in snake case, those of enum values too; ids are written as their text forms, durations as <c>[d.]hh:mm:ss[.fffffff]</c>, and what is null is left
/// out. Members that are not known are ignored when reading, and those that are missing have their defaults. Source generated: safe to trim and to compile ahead of time.
/// </remarks>
/// <example><code>
/// var json = JsonSerializer.Serialize(e, AgentEventJson.TypeInfo);   // {"type":"agent:started","sequence":2,"timestamp":"...","agent_id":"...","attempt":1}
/// AgentEvent? back = JsonSerializer.Deserialize(json, AgentEventJson.TypeInfo);
/// </code></example>
public static class AgentEventJson
{
    private static readonly JsonSerializerOptions Options = CreateOptions();

    /// <summary>Writes and reads any event.</summary>
    public static JsonTypeInfo<AgentEvent> TypeInfo { get; } = Info<AgentEvent>();

    internal static JsonTypeInfo<T> Info<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions CreateOptions()
    {
        // Ours first: where reflection is enabled, the other one would make do with it for any type.
        var options = new JsonSerializerOptions(EventJsonContext.Default.Options)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(EventJsonContext.Default, AIJsonUtilities.DefaultOptions.TypeInfoResolver),
        };
        options.MakeReadOnly();
        return options;
    }
}
