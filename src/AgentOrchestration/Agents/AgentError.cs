using System.Text.Json.Serialization;

namespace AgentOrchestration;

/// <summary>Why an attempt or an agent failed.</summary>
/// <param name="Code">A stable code: one of <see cref="AgentErrorCodes"/>, or the agent's own.</param>
/// <param name="Message">For people. May hold content from the agent, so it travels on the event stream but not to logs, spans and metrics.</param>
public sealed record AgentError(string Code, string Message)
{
    /// <summary>The exception behind it, if there was one; not serialised.</summary>
    [JsonIgnore]
    public Exception? Exception { get; init; }

    /// <summary>The code, no content.</summary>
    public override string ToString() => $"{nameof(AgentError)} {{ {Code} }}";
}
