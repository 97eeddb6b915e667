using System.Globalization;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>One line of the table of locks: what each contestant needed, beside the baseline.</summary>
/// <param name="Question">What was measured.</param>
/// <param name="Names">The contestants, in the order of <paramref name="Measured"/>.</param>
/// <param name="Measured">One for each name.</param>
/// <param name="Baseline">The name of what the others are compared with.</param>
/// <param name="MaxRatio">The most that the ratio of the last one, which is this library, may be; null where it is only reported.</param>
/// <param name="MaxBytes">The most that it may allocate for each operation; null where it is only reported.</param>
internal sealed record LockRow(string Question, IReadOnlyList<string> Names, IReadOnlyList<Measurement> Measured, string Baseline, double? MaxRatio, double? MaxBytes)
{
    // Counting includes what the turn itself allocates, such as its tasks.
    private const double ByteTolerance = 0.1;

    public static string Heading(IReadOnlyList<string> columns) =>
        $"| ns (ratio), B | {string.Join(" | ", columns)} | Target | |\n|---|{string.Concat(Enumerable.Repeat("---|", columns.Count))}---|---|";

    public string Format(IReadOnlyList<string> columns) =>
        $"| {Question} | {string.Join(" | ", columns.Select(Cell))} | {Target()} | {(MaxRatio is null && MaxBytes is null ? "" : IsMissed ? "missed" : "met")} |";

    private bool IsMissed
    {
        get
        {
            var ours = Measured[^1];
            return ours.RatioTo(Reference) > MaxRatio || ours.Bytes > MaxBytes + ByteTolerance;
        }
    }

    private Measurement Reference => Measured[Names.ToList().IndexOf(Baseline)];

    private string Cell(string name)
    {
        var index = Names.ToList().IndexOf(name);
        if (index < 0)
        {
            return "–";
        }

        var measured = Measured[index];
        var ratio = name == Baseline ? "1" : measured.RatioTo(Reference).ToString("0.00", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{measured.Median:#,0} (**{ratio}**), {measured.Bytes:0.#} B");
    }

    private string Target()
    {
        var ratio = MaxRatio is { } most ? string.Create(CultureInfo.InvariantCulture, $"≤ {most:0.##}") : null;
        var bytes = MaxBytes is { } limit ? string.Create(CultureInfo.InvariantCulture, $"≤ {limit:0.#} B") : null;
        return (ratio, bytes) is (null, null) ? "–" : string.Join(", ", new[] { ratio, bytes }.Where(static part => part is not null));
    }
}
