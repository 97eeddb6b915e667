namespace AgentOrchestration.Durability;

/// <summary>What is recorded of one step of an attempt: a tool, a step, a request for approval.</summary>
internal sealed class RecordedOperation
{
    /// <summary>Whether an attempt that goes on, or a replay, came to it.</summary>
    public bool IsUsed { get; set; }

    /// <summary>What it is, in words; no content.</summary>
    public string Describe() => (ToolStarted?.Tool ?? ToolEnded?.Tool) is { } tool ? $"the tool '{tool}'"
        : Step is { } step ? $"the step '{step.Name}'"
        : Approval is not null ? "an approval"
        : HasRead ? "a message"
        : "an addition of goals";

    public ToolCallStarted? ToolStarted { get; set; }

    public ToolCallEnded? ToolEnded { get; set; }

    public RecordedToolError? ToolError { get; set; }

    /// <summary>A message was read.</summary>
    public bool HasRead { get; set; }

    /// <summary>Goals were added to the run.</summary>
    public bool HasAddedGoals { get; set; }

    public RecordedStep? Step { get; set; }

    public ApprovalRequest? Approval { get; set; }

    /// <summary>The answer, or that there was none in time; null while it is open.</summary>
    public ApprovalAnswered? Answered { get; set; }
}
