namespace AgentOrchestration.Events;

/// <summary>What the event log itself knows of one run: which one, and whether its last event has been published. The events of its agents keep it in memory, so it is small.</summary>
internal sealed class RunTrace(RunId id) : IEquatable<RunTrace>
{
    private AgentEvent? _terminal;

    public RunId Id => id;

    /// <summary>Whose the run's own events are: no agent's.</summary>
    public AgentOrigin Origin => field ??= AgentOrigin.In(default, this, default);

    /// <summary>Agents spawned as one batch that have not ended: a batch has no last event of its own. Belongs to the scheduler's gate.</summary>
    public int OpenAgents { get; set; }

    /// <summary>Whether the terminal event that is published next is the batch's last. Belongs to the scheduler's gate.</summary>
    public bool EndsNext { get; set; }

    /// <summary>The run's last event, once it is published.</summary>
    public AgentEvent? Terminal
    {
        get => Volatile.Read(ref _terminal);
        set => Volatile.Write(ref _terminal, value);
    }

    public bool Equals(RunTrace? other) => other is not null && other.Id == id;

    public override bool Equals(object? obj) => Equals(obj as RunTrace);

    public override int GetHashCode() => id.GetHashCode();
}
