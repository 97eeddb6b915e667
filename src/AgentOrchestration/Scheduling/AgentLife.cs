using System.Diagnostics;
using AgentOrchestration.Agents;

namespace AgentOrchestration.Scheduling;

/// <summary>What an agent's status says, as the sum of its events: the only code that changes it is <see cref="Apply"/>.</summary>
internal struct AgentLife
{
    public AgentState State { get; private set; }

    public int Attempt { get; private set; }

    public int Progress { get; private set; }

    public string? Step { get; private set; }

    public AgentError? Error { get; private set; }

    /// <summary>What it waits for; null while idle means a slot, since acceptance.</summary>
    public AgentWait? Wait { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    public void Apply(AgentEvent change)
    {
        switch (change)
        {
            case AgentStarted started:
                Become(AgentState.Running);
                Attempt = started.Attempt;
                StartedAt ??= started.Timestamp;
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

    private void End(AgentState state, AgentError? error, DateTimeOffset at)
    {
        Become(state);
        Error = error;
        CompletedAt = at;
    }

    private void Become(AgentState state, AgentWait? wait = null)
    {
        Debug.Assert(State == state || State.CanBecome(state), $"An agent cannot go from {State} to {state}.");
        State = state;
        Wait = wait;
    }
}
