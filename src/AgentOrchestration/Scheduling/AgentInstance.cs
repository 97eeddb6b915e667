using AgentOrchestration.Events;

namespace AgentOrchestration.Scheduling;

internal sealed class AgentInstance(AgentOrigin origin, AgentGoal goal) : AgentTrace(origin)
{
    private readonly TaskCompletionSource<AgentResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AgentId Id => Origin.AgentId;

    public AgentGoal Goal { get; } = goal;

    public Task<AgentResult> Task => _completion.Task;

    public IAsyncEnumerable<AgentEvent> Watch() => throw new NotSupportedException();
}
