namespace AgentOrchestration;

/// <summary>A child that an agent spawned. It has no task to await by accident, which would hold the slot: wait with <see cref="AgentContext.WaitForAsync"/>.</summary>
public readonly record struct ChildAgent
{
    internal ChildAgent(AgentId id, AgentId parentId, Task<AgentResult> completion) => (Id, ParentId, Completion) = (id, parentId, completion);

    /// <summary>The child.</summary>
    public AgentId Id { get; }

    internal AgentId ParentId { get; }

    internal Task<AgentResult> Completion { get; }
}
