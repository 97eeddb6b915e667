using AgentOrchestration;

namespace Monitoring;

/// <summary>What a person at a control panel would do: answer, send, pause, resume, cancel. Here it is a script that reacts to events.</summary>
internal static class Director
{
    public static Task SteerAsync(IAgentOrchestrator orchestrator, IReadOnlyList<AgentHandle> handles)
    {
        var byName = handles.ToDictionary(handle => handle.Goal.Name!, StringComparer.Ordinal);
        return Task.WhenAll(
            AnswerAsync(orchestrator, byName["deployer"], approved: true, "tests are green"),
            AnswerAsync(orchestrator, byName["purger"], approved: false, "there is no backup"),
            SendAsync(orchestrator, byName["listener"]),
            PauseForAWhileAsync(orchestrator, byName["indexer"]),
            CancelAsync(orchestrator, byName["crawler"]));
    }

    private static async Task AnswerAsync(IAgentOrchestrator orchestrator, AgentHandle handle, bool approved, string reason)
    {
        var asked = await FirstAsync<ApprovalRequested>(handle);
        await ThinkAsync();
        await orchestrator.AnswerAsync(asked.Request.Id, approved, reason);
    }

    private static async Task SendAsync(IAgentOrchestrator orchestrator, AgentHandle handle)
    {
        await FirstAsync<AgentWaiting>(handle, waiting => waiting.Wait.Kind == AgentWaitKind.Message);
        await ThinkAsync();
        await orchestrator.SendAsync(handle.Id, "time for lunch");
    }

    private static async Task PauseForAWhileAsync(IAgentOrchestrator orchestrator, AgentHandle handle)
    {
        await FirstAsync<AgentProgressed>(handle, progressed => progressed.Percent >= 30);
        await orchestrator.PauseAsync(handle.Id);
        await ThinkAsync();
        await orchestrator.ResumeAsync(handle.Id);
    }

    private static async Task CancelAsync(IAgentOrchestrator orchestrator, AgentHandle handle)
    {
        await FirstAsync<AgentProgressed>(handle, progressed => progressed.Step == "page 4");
        await orchestrator.CancelAsync(handle.Id, "that is enough pages");
    }

    private static Task ThinkAsync() => Task.Delay(TimeSpan.FromSeconds(1));

    // Watching starts with the agent's first event, however late the call: nothing is missed.
    private static async Task<TEvent> FirstAsync<TEvent>(AgentHandle handle, Func<TEvent, bool>? condition = null)
        where TEvent : AgentEvent
    {
        await foreach (var e in handle.Watch())
        {
            if (e is TEvent found && condition?.Invoke(found) is not false)
            {
                return found;
            }
        }

        throw new InvalidOperationException($"{handle.Goal.Name} ended without {typeof(TEvent).Name}.");
    }
}
