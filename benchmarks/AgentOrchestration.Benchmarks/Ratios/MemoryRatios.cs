namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What agents keep in memory while they wait for a slot.</summary>
internal static class MemoryRatios
{
    private const int Repetitions = 5;

    public static async Task<IReadOnlyList<RatioRow>> MeasureAsync()
    {
        var rows = new List<RatioRow>();
        foreach (var count in (int[])[10_000, 50_000, 99_999])
        {
            var bytes = new double[Repetitions];
            for (var i = 0; i < Repetitions; i++)
            {
                bytes[i] = await QueuedAgentMemory.MeasureBytesAsync(count);
            }

            var median = bytes.Order().ElementAt(Repetitions / 2);
            rows.Add(new RatioRow($"retained per queued agent beyond its goal, {count:N0} queued", $"{median:N0} B", "", median, Target: 700, "B"));
        }

        return rows;
    }
}
