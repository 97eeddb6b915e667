namespace AgentOrchestration;

/// <summary>What was taken over from the store.</summary>
public sealed record RestoreReport
{
    /// <summary>The agents of the host that go on, without those of runs, and without their children, which come back as their parents ask for them.</summary>
    public IReadOnlyList<AgentHandle> Agents { get; init; } = [];

    /// <summary>The runs that go on.</summary>
    public IReadOnlyList<OrchestrationRun> Runs { get; init; } = [];

    /// <summary>What could not be read or taken over, for people: ids, kinds and names, no content. It stays in the store.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>How many agents, runs and problems.</summary>
    public override string ToString() => $"{nameof(RestoreReport)} {{ {Agents.Count} agents, {Runs.Count} runs, {Problems.Count} problems }}";
}
