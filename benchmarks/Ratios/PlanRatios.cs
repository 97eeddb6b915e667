using AgentOrchestration.Benchmarks.Agents;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What a plan adds to each goal, beside the same goals spawned flat, and whether its memory grows with their number only.</summary>
internal static class PlanRatios
{
    private const int ChainLength = 1_000;
    private const int LayerWidth = 100;
    private const int Layers = 100;
    private const int FanIn = 10;
    private const int RunsOfChain = 20;
    private const int Rounds = 21;

    public static async Task<IReadOnlyList<RatioRow>> MeasureAsync() => [.. await ChainAsync(), .. await LayersAsync()];

    private static async Task<RatioRow[]> ChainAsync()
    {
        await using var chain = PlannedAgents.Chain(ChainLength);
        var measured = await InterleavedRounds.MeasureAsync(
            [
                new Contestant("chain", ChainLength * RunsOfChain, () => RepeatAsync(chain.RunAsync)),
                new Contestant("chain, flat", ChainLength * RunsOfChain, () => RepeatAsync(chain.RunFlatAsync)),
                new Contestant("chain, one by one", ChainLength * RunsOfChain, () => RepeatAsync(chain.RunOneByOneAsync)),
            ],
            warmUp: TimeSpan.FromSeconds(3),
            Rounds);
        await using var longChain = PlannedAgents.Chain(ChainLength * 10);
        var longer = await CountBytesAsync(longChain);
        return
        [
            RatioRow.OfTimes($"chain of {ChainLength:N0}, per goal", measured[0], measured[1], target: 1.5),
            RatioRow.OfTimes("– the same against a host that spawns each when the one before has ended", measured[0], measured[2], target: null),
            Bytes($"allocated per goal, chain of {longChain.Count:N0} to {ChainLength:N0}", longer, measured[0], target: 1.1),
            Bytes($"allocated per goal, chain of {ChainLength:N0}, plan to flat", measured[0], measured[1], target: null),
        ];
    }

    private static async Task<RatioRow[]> LayersAsync()
    {
        await using var graph = PlannedAgents.Layered(Layers, LayerWidth, FanIn);
        var measured = await InterleavedRounds.MeasureAsync(
            [
                new Contestant("layers", graph.Count, graph.RunAsync),
                new Contestant("layers, flat", graph.Count, graph.RunFlatAsync),
            ],
            warmUp: TimeSpan.FromSeconds(3),
            Rounds);
        await using var smallGraph = PlannedAgents.Layered(Layers / 10, LayerWidth, FanIn);
        var fewer = await CountBytesAsync(smallGraph);
        return
        [
            RatioRow.OfTimes($"layers of {LayerWidth}, fan {FanIn}, {graph.Count:N0} goals, per goal", measured[0], measured[1], target: 1.5),
            Bytes($"allocated per goal, layers, {graph.Count:N0} to {smallGraph.Count:N0}", measured[0], fewer, target: 1.1),
            Bytes("allocated per goal, layers, plan to flat", measured[0], measured[1], target: null),
        ];
    }

    private static async Task<Measurement> CountBytesAsync(PlannedAgents agents) =>
        (await InterleavedRounds.MeasureAsync([new Contestant("memory", agents.Count, agents.RunAsync)], warmUp: TimeSpan.FromSeconds(1), rounds: 1))[0];

    private static RatioRow Bytes(string question, Measurement ours, Measurement baseline, double? target) =>
        new(question, $"{ours.Bytes:N0} B", $"{baseline.Bytes:N0} B", ours.Bytes / baseline.Bytes, target, "x");

    private static async Task RepeatAsync(Func<Task> runAsync)
    {
        for (var i = 0; i < RunsOfChain; i++)
        {
            await runAsync();
        }
    }
}
