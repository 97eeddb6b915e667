using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>How urgent a goal is. A waiting agent rises one level for each <see cref="AgentOrchestrationOptions.AgeingInterval"/> it has waited.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AgentPriority>))]
public enum AgentPriority
{
    /// <summary>Background work.</summary>
    Low = 1,

    /// <summary>The default.</summary>
    Medium = 2,

    /// <summary>Ahead of ordinary work.</summary>
    High = 3,

    /// <summary>Ahead of everything else.</summary>
    Critical = 4,
}
