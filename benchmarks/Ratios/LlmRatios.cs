using System.Globalization;
using AgentOrchestration.Benchmarks.Llm;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What a call of a model costs beside the bare client, and how near agents come to what a server allows.</summary>
internal static class LlmRatios
{
    private const int Rounds = 21;
    private const int CallsEach = 20;
    private const int Repetitions = 3;

    public static async Task<IReadOnlyList<RatioRow>> MeasureAsync() => [.. await OverheadAsync(), .. await SpeedAsync(), await BurstAsync()];

    private static async Task<RatioRow[]> OverheadAsync()
    {
        await using var callers = new ModelCallers();
        var measured = await InterleavedRounds.MeasureAsync(
            [
                new Contestant("as an agent", ModelCallers.Calls, callers.RunAsAgentAsync),
                new Contestant("bare client", ModelCallers.Calls, callers.RunBareAsync),
            ],
            warmUp: TimeSpan.FromSeconds(3),
            Rounds);
        var (ours, bare) = (measured[0], measured[1]);
        var difference = ours.Nanoseconds.Zip(bare.Nanoseconds, static (mine, theirs) => mine - theirs).Order().ElementAt(Rounds / 2);
        return
        [
            new RatioRow("added to one call of a model by router, budget and events", $"{ours.Median:N0} ns", $"{bare.Median:N0} ns", difference, Target: 5_000, "ns"),
            new RatioRow("– allocated", $"{ours.Bytes:N0} B", $"{bare.Bytes:N0} B", ours.Bytes - bare.Bytes, Target: 4_096, "B"),
        ];
    }

    private static async Task<RatioRow[]> SpeedAsync()
    {
        var callTime = TimeSpan.FromMilliseconds(50);
        var critical = callTime * CallsEach;
        var work = new AgentsOverHttp(agents: 8, CallsEach, callTime);
        var (elapsed, _) = await MedianAsync(() => work.RunAsync());
        var (bare, _) = await MedianAsync(async () => (await work.RunBareAsync(), 0));
        return
        [
            OfWall($"8 agents, {CallsEach} calls of 50 ms each over HTTP, to the critical path", elapsed, critical, target: 1.1, note: ""),
            OfWall("– the same by the client and its tool loop alone, to the critical path", bare, critical, target: null, note: ""),
            OfWall("– the agents to the client and its tool loop alone", elapsed, bare, target: null, note: ""),
        ];
    }

    private static async Task<RatioRow> BurstAsync()
    {
        const int agents = 64;
        const int limit = 8;
        var callTime = TimeSpan.FromMilliseconds(50);
        var ideal = callTime * CallsEach * agents / limit;
        var (elapsed, refused) = await MedianAsync(() => new AgentsOverHttp(agents, CallsEach, callTime).RunAsync(limit));
        return OfWall($"{agents} agents, {CallsEach} calls of 50 ms each, at a server that takes {limit} at once, to the ideal", elapsed, ideal, target: 1.25, $", {refused} refused");
    }

    // Waiting dominates: the median of a few runs by the clock.
    private static async Task<(TimeSpan Elapsed, int Refused)> MedianAsync(Func<Task<(TimeSpan Elapsed, int Refused)>> runAsync)
    {
        var runs = new List<(TimeSpan Elapsed, int Refused)>();
        for (var i = 0; i < Repetitions; i++)
        {
            runs.Add(await runAsync());
        }

        return runs.OrderBy(static run => run.Elapsed).ElementAt(Repetitions / 2);
    }

    private static RatioRow OfWall(string question, TimeSpan ours, TimeSpan ideal, double? target, string note) => new(
        question,
        string.Create(CultureInfo.InvariantCulture, $"{ours.TotalMilliseconds:N0} ms{note}"),
        string.Create(CultureInfo.InvariantCulture, $"{ideal.TotalMilliseconds:N0} ms"),
        ours / ideal,
        target,
        "x");
}
