namespace AgentOrchestration.Agents;

internal static class AgentStateExtensions
{
    public static bool IsTerminal(this AgentState state) => state is AgentState.Completed or AgentState.Failed or AgentState.Cancelled;

    /// <summary>The whole lifecycle. Everything absent is forbidden.</summary>
    public static bool CanBecome(this AgentState from, AgentState to) => (from, to) switch
    {
        (AgentState.Idle, AgentState.Running or AgentState.Paused) => true,
        (AgentState.Running, AgentState.Idle or AgentState.Waiting or AgentState.Paused or AgentState.Completed) => true,
        (AgentState.Waiting, AgentState.Idle or AgentState.Running or AgentState.Waiting or AgentState.Paused) => true,
        (AgentState.Paused, AgentState.Idle or AgentState.Running or AgentState.Waiting) => true,
        (not (AgentState.Completed or AgentState.Failed or AgentState.Cancelled), AgentState.Failed or AgentState.Cancelled) => true,
        _ => false,
    };
}
