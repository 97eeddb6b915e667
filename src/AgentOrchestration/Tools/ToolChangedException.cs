namespace AgentOrchestration;

/// <summary>A tool did not run, because what it says of itself is not what the host has accepted. The message holds no content.</summary>
public sealed class ToolChangedException : AgentOrchestrationException
{
    /// <summary>The refusal of a tool.</summary>
    /// <param name="tool">Its name.</param>
    public ToolChangedException(string tool)
        : base($"The tool '{tool}' did not run: its name, description or schema is not as it was accepted. Look at it, and accept it if it is to be used.") => Tool = tool;

    /// <summary>The tool's name.</summary>
    public string Tool { get; }
}
