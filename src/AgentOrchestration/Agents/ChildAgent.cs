using AgentOrchestration.Scheduling;

namespace AgentOrchestration;

/// <summary>A child that an agent spawned. It has no task to await by accident, which would hold the slot: wait with <see cref="AgentContext.WaitForAsync"/>.</summary>
public readonly record struct ChildAgent
{
    internal ChildAgent(AgentInstance instance) => Instance = instance;

    /// <summary>The child.</summary>
    public AgentId Id => Instance?.Id ?? default;

    internal AgentInstance? Instance { get; }
}
