using System.Globalization;

namespace AgentOrchestration.Benchmarks.Ratios;

/// <summary>One line of the table: what was measured, against what, and what was aimed at.</summary>
/// <param name="Question">What was measured.</param>
/// <param name="Ours">This library, with unit.</param>
/// <param name="Baseline">What it is compared with; empty for an absolute target.</param>
/// <param name="Value">The ratio, or the amount, that the target is about.</param>
/// <param name="Target">The most that <paramref name="Value"/> may be; null where it is only reported.</param>
/// <param name="Unit">Of <paramref name="Value"/>; "x" for a ratio.</param>
internal sealed record RatioRow(string Question, string Ours, string Baseline, double Value, double? Target, string Unit)
{
    public const string Heading = """
        | Measured | AgentOrchestration | Baseline | Result | Target | |
        |---|---|---|---|---|---|
        """;

    public bool IsMissed => Value > Target;

    public static RatioRow OfTimes(string question, Measurement ours, Measurement baseline, double? target) =>
        new(question, Time(ours), Time(baseline), ours.RatioTo(baseline), target, "x");

    public override string ToString() =>
        $"| {Question} | {Ours} | {Baseline} | {Amount(Value)} | {(Target is { } target ? $"≤ {Amount(target)}" : "–")} | {(Target is null ? "" : IsMissed ? "missed" : "met")} |";

    private static string Time(Measurement measurement) =>
        string.Create(CultureInfo.InvariantCulture, $"{measurement.Median:0.#} ns (min {measurement.Minimum:0.#})");

    private string Amount(double value) => Unit == "x"
        ? string.Create(CultureInfo.InvariantCulture, $"{value:0.00} x")
        : string.Create(CultureInfo.InvariantCulture, $"{value:#,0.#} {Unit}");
}
