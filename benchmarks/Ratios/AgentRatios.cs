using AgentOrchestration.Benchmarks.Agents;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What an agent costs beside the bare work, and whether that depends on how many there are.</summary>
internal static class AgentRatios
{
    private const int Few = 1_000;
    private const int Many = 100_000;
    private const int RunsOfFew = 40;
    private const int Rounds = 13;

    public static async Task<IReadOnlyList<RatioRow>> MeasureAsync()
    {
        await using var few = new OrchestratedAgents(Few);
        await using var forgotten = new OrchestratedAgents(Few, RetainNothing);
        await using var many = new OrchestratedAgents(Many);
        using var fewTasks = new SemaphoreTasks(Few);
        using var manyTasks = new SemaphoreTasks(Many);
        var measured = await InterleavedRounds.MeasureAsync(
            [
                new Contestant("agents, few", Few * RunsOfFew, () => RepeatAsync(few.RunAsync)),
                new Contestant("tasks, few", Few * RunsOfFew, () => RepeatAsync(fewTasks.RunAsync)),
                new Contestant("agents, many", Many, many.RunAsync),
                new Contestant("tasks, many", Many, manyTasks.RunAsync),
                new Contestant("agents, many at once", Many, many.RunAllAtOnceAsync),
                new Contestant("agents, few, forgotten", Few * RunsOfFew, () => RepeatAsync(forgotten.RunAsync)),
            ],
            warmUp: TimeSpan.FromSeconds(5),
            Rounds);
        return
        [
            RatioRow.OfTimes($"{Few:N0} no-op agents, per agent", measured[0], measured[1], target: 2),
            RatioRow.OfTimes($"– the same with neither ended agents nor events retained", measured[5], measured[1], target: null),
            RatioRow.OfTimes($"{Many:N0} no-op agents, per agent", measured[2], measured[3], target: 2),
            RatioRow.OfTimes($"{Many:N0} by one spawning and one waiting call", measured[4], measured[3], target: null),
            RatioRow.OfTimes($"per agent, {Many:N0} to {Few:N0}", measured[2], measured[0], target: 1.7),
            RatioRow.OfTimes($"the same for the baseline", measured[3], measured[1], target: null),
            Bytes($"allocated per agent beyond its goal, {Few:N0}", measured[0], measured[1]),
            Bytes($"allocated per agent beyond its goal, {Many:N0}", measured[2], measured[3]),
        ];
    }

    private static RatioRow Bytes(string question, Measurement ours, Measurement baseline) =>
        new(question, $"{ours.Bytes:N0} B", $"{baseline.Bytes:N0} B", ours.Bytes, Target: 1.25 * 1024, "B");

    // The difference to the line above is what the garbage collector does about agents and events that stay known.
    private static void RetainNothing(AgentOrchestrationOptions options)
    {
        options.MaxEndedAgents = 0;
        options.MaxRetainedEvents = 16;
    }

    // Long enough for several collections within one turn, so that each contestant pays for its own.
    private static async Task RepeatAsync(Func<Task> runAsync)
    {
        for (var i = 0; i < RunsOfFew; i++)
        {
            await runAsync();
        }
    }
}
