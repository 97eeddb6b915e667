namespace AgentOrchestration.Events;

/// <summary>What the event log itself knows of one agent: who it is and whether its last event has been published.</summary>
/// <remarks>Base of the scheduler's agent object, so that it costs no object of its own. <see cref="Terminal"/> belongs to the log's gate.</remarks>
internal abstract class AgentTrace(AgentOrigin origin)
{
    private AgentEvent? _terminal;

    public AgentOrigin Origin { get; } = origin;

    /// <summary>The agent's last event once it is published; nothing is published for the agent after it.</summary>
    public AgentEvent? Terminal
    {
        get => Volatile.Read(ref _terminal);
        set => Volatile.Write(ref _terminal, value);
    }
}
