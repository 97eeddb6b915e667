using AgentOrchestration.Diagnostics;

namespace AgentOrchestration.Scheduling;

/// <summary>What was decided under the scheduler's gate and is to be done outside it: foreign code never runs under a gate.</summary>
internal struct Outbox
{
    private Attempt? _start;
    private List<Attempt>? _moreStarts;
    private AgentInstance? _ended;
    private List<AgentInstance>? _moreEnded;
    private List<Action>? _actions;
    private List<(AgentInstance Agent, AgentEvent Change)>? _observed;

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

    /// <summary>Lets telemetry see the change.</summary>
    public void Observe(AgentInstance agent, AgentEvent change) => (_observed ??= []).Add((agent, change));

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
            foreach (var (agent, change) in _observed)
            {
                telemetry.Observe(agent, change);
            }
        }

        if (_ended is not null)
        {
            Finish(_ended);
            _moreEnded?.ForEach(Finish);
        }

        if (_start is not null)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_start, preferLocal: false);
            _moreStarts?.ForEach(static attempt => ThreadPool.UnsafeQueueUserWorkItem(attempt, preferLocal: false));
        }
    }

    private static void Finish(AgentInstance agent) => agent.Complete(agent.Terminal switch
    {
        AgentCompleted completed => completed.Result,
        AgentFailed failed => failed.Result,
        AgentCancelled cancelled => cancelled.Result,
        _ => throw new System.Diagnostics.UnreachableException(),
    });
}
