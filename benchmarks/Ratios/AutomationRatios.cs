using System.Globalization;
using AgentOrchestration.Benchmarks.Automation;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What the locks of a user interface cost, and what agents on surfaces of their own gain.</summary>
internal static class AutomationRatios
{
    private const int Rounds = 21;
    private const int Agents = 8;

    public static async Task<IReadOnlyList<RatioRow>> MeasureAsync() => [.. await OverheadAsync(), .. await SurfacesAsync()];

    private static async Task<RatioRow[]> OverheadAsync()
    {
        await using var agents = new ScreenAgents();
        var measured = await InterleavedRounds.MeasureAsync(
            [
                new Contestant("as an agent", ScreenAgents.Actions, agents.RunAsAgentAsync),
                new Contestant("bare adapter", ScreenAgents.Actions, agents.RunBareAsync),
            ],
            warmUp: TimeSpan.FromSeconds(3),
            Rounds);
        var (ours, bare) = (measured[0], measured[1]);
        var difference = ours.Nanoseconds.Zip(bare.Nanoseconds, static (mine, theirs) => mine - theirs).Order().ElementAt(Rounds / 2);
        return
        [
            new RatioRow("added to one free action on an element by lock, event and cancellation", $"{ours.Median:N0} ns", $"{bare.Median:N0} ns", difference, Target: 5_000, "ns"),
            new RatioRow("– allocated", $"{ours.Bytes:N0} B", $"{bare.Bytes:N0} B", ours.Bytes - bare.Bytes, Target: null, "B"),
        ];
    }

    private static async Task<RatioRow[]> SurfacesAsync()
    {
        if (!SurfaceAgents.HasBrowser)
        {
            Console.Error.WriteLine("There is no Chromium, so agents on surfaces are not measured.");
            return [];
        }

        var runs = new List<(TimeSpan Together, TimeSpan InTurn)>();
        for (var i = 0; i < 3; i++)
        {
            runs.Add(await SurfaceAgents.RunAsync(Agents));
        }

        // The target is a lower bound of 5; turned over it is an upper one.
        var (together, inTurn) = runs.OrderBy(static run => run.Together / run.InTurn).ElementAt(1);
        return
        [
            new RatioRow(
                $"{Agents} agents on surfaces of their own, pages that answer after 200 ms, to one after the other",
                string.Create(CultureInfo.InvariantCulture, $"{together.TotalMilliseconds:N0} ms"),
                string.Create(CultureInfo.InvariantCulture, $"{inTurn.TotalMilliseconds:N0} ms"),
                together / inTurn,
                Target: 0.2,
                "x"),
        ];
    }
}
