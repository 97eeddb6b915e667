using System.Text.Json.Serialization;

namespace Conditional;

/// <summary>What a thousand searches showed: how many were wrong, and how many steps the longest took.</summary>
internal sealed record Diagnosis(int Wrong, int MostSteps)
{
    public static Diagnosis Of(Search search)
    {
        int[] sorted = [.. Enumerable.Range(0, 1_000).Select(i => i * 3)];
        var found = sorted.Select((wanted, i) => (Expected: i, Found: search(sorted, wanted))).ToArray();
        return new Diagnosis(found.Count(one => one.Found.Index != one.Expected), found.Max(one => one.Found.Steps));
    }

    public override string ToString() => $"{Wrong} wrong, at most {MostSteps} steps";
}

[JsonSerializable(typeof(Diagnosis))]
internal sealed partial class SampleJson : JsonSerializerContext;
