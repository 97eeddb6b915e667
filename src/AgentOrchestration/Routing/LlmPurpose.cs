using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>What a model is needed for.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<LlmPurpose>))]
public enum LlmPurpose
{
    /// <summary>To work as an agent, with tools.</summary>
    Act,

    /// <summary>To plan an agent's work.</summary>
    Plan,

    /// <summary>To answer a condition's question with yes or no.</summary>
    Condition,

    /// <summary>To judge a success criterion, or to choose among candidates.</summary>
    Judge,

    /// <summary>To merge several results into one, or to shorten a conversation.</summary>
    Merge,
}
