namespace AgentOrchestration.Events;

/// <summary>What one subscription gives and from where. Immutable: each enumeration is a reader of its own.</summary>
internal sealed class EventSubscription : IAsyncEnumerable<AgentEvent>
{
    private readonly EventLog _log;
    private readonly AgentId? _agent;
    private readonly HashSet<AgentId>? _agents;
    private readonly RunId? _run;
    private readonly long _lastOfUnknownRun = long.MaxValue;
    private readonly string[]? _kinds;

    private EventSubscription(EventLog log, long after, IReadOnlyCollection<AgentId>? agents, AgentTrace[]? traces, RunId? run, RunTrace? runTrace, string[]? kinds)
    {
        _log = log;
        _run = run;
        Run = runTrace;
        if (run is not null && runTrace is null)
        {
            _lastOfUnknownRun = log.LastSequence;
        }

        _kinds = kinds;
        After = after;
        Traces = traces;
        LastOfUnknown = traces?.Length < agents?.Count ? log.LastSequence : 0;
        if (agents is { Count: 1 })
        {
            _agent = agents.First();
        }
        else if (agents is not null)
        {
            _agents = [.. agents];
        }

        GivesAll = agents is null && run is null && kinds is null;
    }

    /// <summary>It gives what comes after this number.</summary>
    public long After { get; }

    /// <summary>The agents it is limited to that were known, null if it is not limited to agents: it ends with the last of them.</summary>
    public AgentTrace[]? Traces { get; }

    /// <summary>Where the events of the agents end that were not known: they had ended and were forgotten, but their events may still be there. 0 if all were known.</summary>
    public long LastOfUnknown { get; }

    /// <summary>The run it is limited to, if it had not ended: it ends with it.</summary>
    public RunTrace? Run { get; }

    /// <summary>Where the events of the run end that it is limited to; beyond every number while that is not known.</summary>
    public long LastOfRun => Run is null ? _lastOfUnknownRun : Run.Terminal?.Sequence ?? long.MaxValue;

    public bool GivesAll { get; }

    public static EventSubscription Create(EventLog log, EventFilter? filter, Func<AgentId, AgentTrace?> find, Func<RunId, RunTrace?>? findRun = null)
    {
        if (filter?.After is { } after && (after < 0 || after > log.LastSequence))
        {
            throw new ArgumentOutOfRangeException(
                nameof(filter),
                after,
                $"{nameof(EventFilter.After)} must be from 0 to the last number given so far, {log.LastSequence}. A higher one comes from another orchestrator.");
        }

        var kinds = filter?.Kinds is { } wanted ? EventKinds.Check(wanted, nameof(filter)) : null;
        AgentId[]? agents = filter?.Agents is { } ids ? [.. ids.Distinct()] : null;

        // Agents and run first, then the place: an agent that ends and is forgotten in between had its last event before that place.
        AgentTrace[]? traces = agents is null ? null : [.. agents.Select(find).OfType<AgentTrace>()];
        var run = filter?.Run is { } id ? findRun?.Invoke(id) : null;
        return new EventSubscription(log, filter?.After ?? log.LastSequence, agents, traces, filter?.Run, run, kinds);
    }

    public static EventSubscription Create(EventLog log, AgentTrace trace, long after) =>
        new(log, after, [trace.Origin.AgentId], [trace], run: null, runTrace: null, kinds: null);

    public static EventSubscription Create(EventLog log, RunTrace run, long after) => new(log, after, agents: null, traces: null, run.Id, run, kinds: null);

    public IAsyncEnumerator<AgentEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) => new EventReader(_log, this, cancellationToken);

    public bool Gives(AgentEvent e) =>
        ((_agent is null || _agent == e.AgentId)
            && (_agents is null || (e.AgentId is { } id && _agents.Contains(id)))
            && (_run is null || _run == e.RunId)
            && (_kinds is null || Array.IndexOf(_kinds, e.EventKind) >= 0))
        || e is EventsMissed;
}
