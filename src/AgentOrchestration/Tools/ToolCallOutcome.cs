using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>How a call of a tool ended.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<ToolCallOutcome>))]
public enum ToolCallOutcome
{
    /// <summary>It returned.</summary>
    Succeeded,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>It did not run: approval was refused, or was not given in time.</summary>
    Refused,

    /// <summary>It was cancelled, with its agent or because the time of the budget was over.</summary>
    Cancelled,
}
