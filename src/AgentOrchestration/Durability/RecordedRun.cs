namespace AgentOrchestration.Durability;

/// <summary>What is recorded of one run of a plan, as the sum of its records.</summary>
internal sealed class RecordedRun(RunStarted started, string? key)
{
    public RunId Id { get; } = started.RunId!.Value;

    /// <summary>The step of the agent that started it; null if the host did.</summary>
    public string? Key { get; } = key;

    public RunStarted Started { get; } = started;

    /// <summary>The plan as it was written; null if it holds code or could not be read.</summary>
    public byte[]? Plan { get; set; }

    /// <summary>The goals that were added, each time as they were written.</summary>
    public List<byte[]> Added { get; } = [];

    /// <summary>Agents of its goals, in the order of their acceptance.</summary>
    public List<RecordedAgent> Agents { get; } = [];

    /// <summary>What was decided of goals, in order: skipped, judged, and the ends of agents.</summary>
    public List<AgentEvent> Facts { get; } = [];

    public RunStopping? Stopping { get; set; }

    /// <summary>Which way it stops.</summary>
    public string? StopKind { get; set; }

    public RunCompleted? Completed { get; set; }

    public AgentOutput? Output { get; set; }

    /// <summary>What models were asked for the run itself.</summary>
    public AgentUsage Usage { get; set; } = AgentUsage.None;
}
