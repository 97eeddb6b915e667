using System.Reflection;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Events;

/// <summary>The kinds of events there are, from the one table: the JSON discriminators on <see cref="AgentEvent"/>.</summary>
internal static class EventKinds
{
    public static IReadOnlyList<string> All { get; } =
        [.. typeof(AgentEvent).GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).Select(static known => (string)known.TypeDiscriminator!)];

    /// <summary>The kinds, each once.</summary>
    /// <exception cref="ArgumentException">One of them is not known.</exception>
    public static string[] Check(IReadOnlyCollection<string> kinds, string parameter)
    {
        foreach (var kind in kinds)
        {
            if (!All.Contains(kind, StringComparer.Ordinal))
            {
                throw new ArgumentException($"There is no kind of event '{kind}'. Known kinds: {string.Join(", ", All)}.", parameter);
            }
        }

        return [.. kinds.Distinct(StringComparer.Ordinal)];
    }
}
