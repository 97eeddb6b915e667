namespace AgentOrchestration;

/// <summary>A tool threw before the process ended, and the attempt that goes on is told so again instead of running it again.</summary>
public sealed class RecordedToolException : AgentOrchestrationException
{
    internal RecordedToolException(string tool, string? exceptionType, string? toolMessage)
        : base(toolMessage is null ? $"The tool '{tool}' failed before the process ended." : toolMessage)
    {
        Tool = tool;
        ExceptionType = exceptionType;
    }

    /// <summary>The tool's name.</summary>
    public string Tool { get; }

    /// <summary>The type of what it threw, if that was recorded; the message is the same.</summary>
    public string? ExceptionType { get; }
}
