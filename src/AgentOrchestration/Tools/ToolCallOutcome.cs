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

    /// <summary>It ran when the process ended, and it is not known whether it took effect. It was not run again, since it is not <see cref="ToolCall.IsIdempotent"/>.</summary>
    Unknown,

    /// <summary>It was cancelled, with its agent or because the time of the budget was over.</summary>
    Cancelled,
}
