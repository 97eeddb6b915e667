using System.Runtime.InteropServices;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary><c>ratios [topic ...] [--all-cores]</c>: prints one table with a line for each ratio, its target, and whether it is met.</summary>
internal static class RatioCommand
{
    private const string AllCores = "--all-cores";

    private static readonly Dictionary<string, Func<Task<IReadOnlyList<RatioRow>>>> Topics = new(StringComparer.Ordinal)
    {
        ["agents"] = AgentRatios.MeasureAsync,
        ["automation"] = AutomationRatios.MeasureAsync,
        ["events"] = EventRatios.MeasureAsync,
        ["llm"] = LlmRatios.MeasureAsync,
        ["memory"] = MemoryRatios.MeasureAsync,
        ["plans"] = PlanRatios.MeasureAsync,
        ["store"] = StoreRatios.MeasureAsync,
    };

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var topics = arguments.Where(static argument => argument != AllCores).ToArray();
        if (topics.FirstOrDefault(static topic => !Topics.ContainsKey(topic)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no topic '{unknown}'. Known topics: {string.Join(", ", Topics.Keys)}; none means all. {AllCores} measures without pinning.");
            return 2;
        }

        if (!PinnedLaunch.HasHappened && !arguments.Contains(AllCores) && await PinnedLaunch.TryRunAsync(["ratios", .. arguments]) is { } exitCode)
        {
            return exitCode;
        }

        await PrintAsync(topics.Length == 0 ? Topics.Keys : topics);
        return 0;
    }

    private static async Task PrintAsync(IEnumerable<string> topics)
    {
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, processors used: {Environment.ProcessorCount}, {DateTime.UtcNow:yyyy-MM-dd}");
        Console.WriteLine();
        Console.WriteLine(RatioRow.Heading);
        foreach (var topic in topics)
        {
            foreach (var row in await Topics[topic]())
            {
                Console.WriteLine(row);
            }
        }
    }
}
