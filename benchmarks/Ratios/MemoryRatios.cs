namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What agents keep in memory while they wait for a slot.</summary>
internal static class MemoryRatios
{
    private const int Repetitions = 5;

    public static async Task<IReadOnlyList<RatioRow>> MeasureAsync()
    {
        var rows = new List<RatioRow>();
        foreach (var (count, awaited) in ((int, bool)[])[(10_000, false), (99_999, false), (99_999, true)])
        {
            var bytes = new double[Repetitions];
            for (var i = 0; i < Repetitions; i++)
            {
                bytes[i] = await QueuedAgentMemory.MeasureBytesAsync(count, awaited);
            }

            var median = bytes.Order().ElementAt(Repetitions / 2);
            var question = $"retained per queued agent beyond its goal, {count:N0} queued{(awaited ? ", each awaited" : "")}";
            rows.Add(new RatioRow(question, $"{median:N0} B", "–", median, Target: 700, "B"));
        }

        return rows;
    }
}
