using System.Diagnostics;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Benchmarks.Durability;

/// <summary>Work on a store in a SQLite file.</summary>
internal static class DurableGoals
{
    /// <summary>Callers that each spawn one goal after the other, and wait until it is acknowledged. The goals stay in the queue, or run and do nothing.</summary>
    /// <returns>How long it took, and how many bytes the store has of each.</returns>
    public static async Task<(TimeSpan Elapsed, long BytesEach)> AcceptAsync(StoreFile file, int goals, int callers, bool run)
    {
        await using var orchestrator = Create(file, goals, run);
        await orchestrator.SpawnAsync(new AgentGoal("opens the file"));
        var left = goals;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var handle = await orchestrator.SpawnAsync(new AgentGoal("Count the lines of one file."));
                if (run)
                {
                    await handle.Completion;
                }
            }
        })));
        var elapsed = Stopwatch.GetElapsedTime(started);
        return (elapsed, await BytesEachAsync(orchestrator, goals));
    }

    /// <summary>How long it takes to go on with so many agents that another process left.</summary>
    public static async Task<TimeSpan> RestoreAsync(int agents)
    {
        using var file = new StoreFile();
        await AcceptAsync(file, agents, callers: 64, run: false);
        await using var orchestrator = Create(file, agents, run: false);
        var started = Stopwatch.GetTimestamp();
        var report = await orchestrator.RestoreAsync();
        var elapsed = Stopwatch.GetElapsedTime(started);
        return report.Agents.Count >= agents ? elapsed : throw new InvalidOperationException($"{report.Agents.Count} came back, {report.Problems.Count} problems.");
    }

    /// <summary>One agent with a model that calls a tool in every turn.</summary>
    /// <returns>How long it took, and how many bytes the store has of it; 0 without a store.</returns>
    public static async Task<(TimeSpan Elapsed, long Bytes)> RunTurnsAsync(int turns, bool durable)
    {
        using var file = new StoreFile();
        var next = AIFunctionFactory.Create((int number) => number + 1, "next");
        await using var orchestrator = AgentOrchestrator.Create(options =>
        {
            options.UseLlm(llm => llm.AddClient("model", new CountingModel(turns))).AddLlmAgent("default", agent =>
            {
                agent.MaxTurns = turns;
                agent.MaxPlanSteps = 0;
                agent.MaxContextTokens = 10_000_000;
                agent.Tools.Add(next);
            });
            if (durable)
            {
                options.UseSqlite(file.Path);
            }
        });
        var started = Stopwatch.GetTimestamp();
        var result = await (await orchestrator.SpawnAsync("count")).Completion;
        var elapsed = Stopwatch.GetElapsedTime(started);
        if (!result.Succeeded || result.Usage.ModelCalls != turns)
        {
            throw new InvalidOperationException($"{result.Usage.ModelCalls} turns: {result.Error?.Message}");
        }

        return (elapsed, durable ? await BytesEachAsync(orchestrator, 1) : 0);
    }

    private static AgentOrchestrator Create(StoreFile file, int goals, bool run) => AgentOrchestrator.Create(options =>
    {
        options.MaxQueuedAgents = goals + 1_000;
        options.MaxConcurrentAgents = run ? 4 : 1;
        options.ShutdownDrainPeriod = TimeSpan.Zero;
        options.UseSqlite(file.Path).AddAgent("default", async (_, cancellationToken) =>
        {
            if (!run)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            return "";
        });
    });

    private static async Task<long> BytesEachAsync(AgentOrchestrator orchestrator, int goals)
    {
        var bytes = 0L;
        await foreach (var run in orchestrator.History!.ListAsync())
        {
            bytes += run.Bytes;
        }

        return bytes / goals;
    }
}
