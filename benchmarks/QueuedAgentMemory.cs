using AgentOrchestration.Benchmarks.Agents;

namespace AgentOrchestration.Benchmarks;

/// <summary>What does an agent keep in memory while it waits for a slot? Measured by the heap and not by BenchmarkDotNet, which counts what is allocated.</summary>
internal static class QueuedAgentMemory
{
    /// <summary>Bytes that one queued agent keeps in memory beyond its goal: its handle and its spawning event are counted, where that is still retained.</summary>
    /// <param name="count">How many queue.</param>
    /// <param name="awaited">Whether the host has asked for the completion of each.</param>
    public static async Task<double> MeasureBytesAsync(int count, bool awaited)
    {
        var goals = NoOpGoals.Make(count);
        var handles = new AgentHandle[count];
        var completions = new Task<AgentResult>[count];
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = 1;
            options.AddAgent(AgentOrchestrationOptions.DefaultAgentName, async (_, _) =>
            {
                await release.Task;
                return "done";
            });
        });

        await orchestrator.SpawnAsync("holds the only slot");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < count; i++)
        {
            handles[i] = await orchestrator.SpawnAsync(goals[i]);
            if (awaited)
            {
                completions[i] = handles[i].Completion;
            }
        }

        var after = GC.GetTotalMemory(forceFullCollection: true);
        await orchestrator.CancelAllAsync();
        release.SetResult();
        GC.KeepAlive(handles);
        GC.KeepAlive(completions);
        GC.KeepAlive(goals);
        return (after - before) / (double)count;
    }
}
