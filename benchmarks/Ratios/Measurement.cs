namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>What one contestant needed for an operation, round by round, and what it allocated.</summary>
/// <param name="Nanoseconds">For each round, in their order.</param>
/// <param name="Bytes">Allocated for each operation; the smallest of several runs, since it is only ever disturbed upwards.</param>
internal sealed record Measurement(double[] Nanoseconds, double Bytes)
{
    public double Median => MedianOf(Nanoseconds);

    public double Minimum => Nanoseconds.Min();

    /// <summary>The median of the ratios within each round: what slows the machine for a while slows both.</summary>
    public double RatioTo(Measurement other) => MedianOf([.. Nanoseconds.Zip(other.Nanoseconds, static (mine, theirs) => mine / theirs)]);

    private static double MedianOf(double[] values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
