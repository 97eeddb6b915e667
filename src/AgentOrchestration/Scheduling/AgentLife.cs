using System.Diagnostics;
using AgentOrchestration.Agents;

namespace AgentOrchestration.Scheduling;

/// <summary>What an agent's status says, as the sum of its events: the only code that changes it is <see cref="Apply"/>.</summary>
internal struct AgentLife
{
    // UTC ticks, 0 for never: half the room of a nullable date.
    private long _startedAt;
    private long _completedAt;

    public AgentState State { get; private set; }

    public int Attempt { get; private set; }

    public int Progress { get; private set; }

    public string? Step { get; private set; }

    public AgentError? Error { get; private set; }

    /// <summary>What it waits for; null while idle means a slot, since acceptance.</summary>
    public AgentWait? Wait { get; private set; }

    public readonly DateTimeOffset? StartedAt => At(_startedAt);

    public readonly DateTimeOffset? CompletedAt => At(_completedAt);

    /// <summary>It was taken over from a store: so many attempts have ended.</summary>
    public void Restore(int attempts) => Attempt = attempts;

    public void Apply(AgentEvent change)
    {
        switch (change)
        {
            case AgentStarted started:
                Become(AgentState.Running);
                Attempt = started.Attempt;
                Step = null;
                Progress = 0;
                _startedAt = _startedAt == 0 ? started.Timestamp.UtcTicks : _startedAt;
                break;
            case AgentContinued:
                Become(AgentState.Running);
                break;
            case AgentQueued queued:
                Become(AgentState.Idle, queued.Wait);
                break;
            case AgentWaiting waiting:
                Become(AgentState.Waiting, waiting.Wait);
                break;
            case AgentPaused:
                Become(AgentState.Paused, new AgentWait(AgentWaitKind.Resume, Target: null, change.Timestamp));
                break;
            case AgentResumed resumed:
                Become(resumed.State, resumed.Wait);
                break;
            case AgentRetrying retrying:
                Become(AgentState.Idle, new AgentWait(AgentWaitKind.Retry, Target: null, change.Timestamp));
                Error = retrying.Error;
                break;
            case AgentProgressed progressed:
                Step = progressed.Step;
                Progress = progressed.Percent;
                break;
            case AgentCompleted:
                End(AgentState.Completed, error: null, change.Timestamp);
                Progress = 100;
                break;
            case AgentFailed failed:
                End(AgentState.Failed, failed.Error, change.Timestamp);
                break;
            case AgentCancelled:
                End(AgentState.Cancelled, error: null, change.Timestamp);
                break;
        }
    }

    private static DateTimeOffset? At(long ticks) => ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);

    private void End(AgentState state, AgentError? error, DateTimeOffset at)
    {
        Become(state);
        Error = error;
        _completedAt = at.UtcTicks;
    }

    private void Become(AgentState state, AgentWait? wait = null)
    {
        Debug.Assert(State == state || State.CanBecome(state), $"An agent cannot go from {State} to {state}.");
        State = state;
        Wait = wait;
    }
}
