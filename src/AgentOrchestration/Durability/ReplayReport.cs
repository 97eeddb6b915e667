namespace AgentOrchestration;

/// <summary>What a replay found. <see cref="ToString"/> prints no content.</summary>
public sealed record ReplayReport
{
    /// <summary>Where the code did something else than is recorded: names of tools and steps, no content. Empty: it did the same.</summary>
    public required IReadOnlyList<ReplayDifference> Differences { get; init; }

    /// <summary>Agents whose last attempt was run again.</summary>
    public required int Agents { get; init; }

    /// <summary>Tools, steps, messages and approvals that were given from the record.</summary>
    public required int Steps { get; init; }

    /// <summary>Whether there is no difference.</summary>
    public bool IsSame => Differences.Count == 0;

    /// <summary>How much was run again, and the differences, one a line.</summary>
    public override string ToString() => IsSame
        ? $"{Agents} agents did the same again in {Steps} steps."
        : string.Join(Environment.NewLine, Differences.Prepend<object>($"{Differences.Count} differences in {Agents} agents:"));
}
