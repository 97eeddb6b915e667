using AgentOrchestration.Diagnostics;

namespace AgentOrchestration.Scheduling;

/// <summary>What was decided under the scheduler's gate and is to be done outside it: foreign code never runs under a gate.</summary>
internal struct Outbox(bool observes)
{
    private Attempt? _start;
    private List<Attempt>? _moreStarts;
    private AgentInstance? _ended;
    private List<AgentInstance>? _moreEnded;
    private long _recorded;
    private List<Action>? _actions;
    private List<Action>? _lastActions;
    private List<(AgentInstance? Agent, PlannedRun? Run, AgentEvent Change)>? _observed;

    /// <summary>Starts the attempt on the pool.</summary>
    public void Start(Attempt attempt)
    {
        if (_start is null)
        {
            _start = attempt;
        }
        else
        {
            (_moreStarts ??= []).Add(attempt);
        }
    }

    /// <summary>Finishes the agent's completion.</summary>
    public void Complete(AgentInstance agent)
    {
        _recorded = agent.Scheduler.Journal?.Journal.Position ?? 0;
        if (_ended is null)
        {
            _ended = agent;
        }
        else
        {
            (_moreEnded ??= []).Add(agent);
        }
    }

    public void Do(Action action) => (_actions ??= []).Add(action);

    /// <summary>Does this after everything else, completions included.</summary>
    public void DoLast(Action action) => (_lastActions ??= []).Add(action);

    /// <summary>Lets telemetry see the change, if it looks.</summary>
    public void Observe(AgentInstance agent, AgentEvent change)
    {
        if (observes)
        {
            (_observed ??= []).Add((agent, null, change));
        }
    }

    /// <inheritdoc cref="Observe(AgentInstance, AgentEvent)"/>
    public void Observe(PlannedRun run, AgentEvent change)
    {
        if (observes)
        {
            (_observed ??= []).Add((null, run, change));
        }
    }

    public readonly void Flush(SchedulerTelemetry telemetry)
    {
        if (_actions is not null)
        {
            foreach (var action in _actions)
            {
                action();
            }
        }

        if (_observed is not null)
        {
            foreach (var (agent, run, change) in _observed)
            {
                if (agent is not null)
                {
                    telemetry.Observe(agent, change);
                }
                else
                {
                    telemetry.Runs.Observe(run!, change);
                }
            }
        }

        if (_ended is not null)
        {
            if (_ended.Scheduler.Journal is { } journal)
            {
                _ = CompleteWhenKeptAsync(journal, _recorded, _ended, _moreEnded);
            }
            else
            {
                _ended.Complete();
                _moreEnded?.ForEach(static agent => agent.Complete());
            }
        }

        if (_start is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_start, preferLocal: false);
            _moreStarts?.ForEach(static attempt => ThreadPool.UnsafeQueueUserWorkItem(attempt, preferLocal: false));
        }

        _lastActions?.ForEach(static action => action());
    }

    // With a store, a result is given when it is kept. If it cannot be kept, the store's failure has ended everything, and that is what is given.
    private static async Task CompleteWhenKeptAsync(AgentJournal journal, long recorded, AgentInstance ended, List<AgentInstance>? moreEnded)
    {
        var isKept = await journal.IsKeptAsync(recorded).ConfigureAwait(false);
        ended.Complete(isKept);
        moreEnded?.ForEach(agent => agent.Complete(isKept));
    }
}
