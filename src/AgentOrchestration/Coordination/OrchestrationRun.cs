using AgentOrchestration.Coordination;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration;

/// <summary>A run of a plan, for the one who started it. Thread-safe; valid after the orchestrator has forgotten its agents.</summary>
public sealed class OrchestrationRun
{
    private readonly PlanRun _run;

    internal OrchestrationRun(PlanRun run) => _run = run;

    /// <summary>The run.</summary>
    public RunId Id => _run.Trace.Id;

    /// <summary>Its name, if it was given one.</summary>
    public string? Name => _run.Name;

    /// <summary>Ends with the run, never faults and is never cancelled: the result says how it ended. By then its agents have ended and its last event is readable.</summary>
    public Task<OrchestrationResult> Completion => _run.Completion;

    /// <summary>The events of the run and of its agents, from its start on; ends after <see cref="RunCompleted"/>. Events no longer retained are reported by one <see cref="EventsMissed"/>.</summary>
    public IAsyncEnumerable<AgentEvent> Watch() => _run.Watch();

    /// <summary>Cancels the run: its agents are cancelled, and its other goals are skipped. Completes when that is decided.</summary>
    /// <param name="reason">Why; kept in the results.</param>
    /// <param name="cancellationToken">Checked before anything is decided.</param>
    /// <returns>True: it will end cancelled, with the results it has. False: it has ended, or is bound to end otherwise.</returns>
    public Task<bool> CancelAsync(string? reason = null, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled<bool>(cancellationToken) : _run.Scheduler.AcknowledgeAsync(_run.Cancel(reason)).AsTask();

    /// <summary>Adds goals behind those the run has, all or none, in the order of the calls. They may follow any of them; those that are there follow nothing new.</summary>
    /// <param name="goals">The goals; checked as those of the start.</param>
    /// <param name="cancellationToken">Checked before anything is decided.</param>
    /// <exception cref="ArgumentException">They do not fit the plan; the message says why.</exception>
    /// <exception cref="InvalidOperationException">The pattern cannot grow, or no agent or condition is registered under a name they use.</exception>
    /// <exception cref="GoalRefusedException">The run would have more goals than <see cref="OrchestrationRunOptions.MaxGoals"/>, or it has ended or is stopping.</exception>
    public ValueTask AddGoalsAsync(IReadOnlyList<AgentGoal> goals, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        _run.AddGoals(goals);
        return _run.Scheduler.AcknowledgeAsync(CancellationToken.None);
    }

    /// <summary>Waits for the end of the run; within the flow of an agent, as that agent's wait for its children.</summary>
    internal async Task<OrchestrationResult> WaitForResultAsync(CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static run => ((PlanRun)run!).Cancel("the caller's token was cancelled"), _run);
        try
        {
            if (AgentActivity.Current is { } activity && activity.AttemptOfActivity == _run.Parent)
            {
                await WaitAsync(activity).ConfigureAwait(false);
            }

            return await Completion.ConfigureAwait(false);
        }
        finally
        {
            registration.Unregister();
        }
    }

    private async ValueTask WaitAsync(AgentActivity activity)
    {
        try
        {
            await activity.WaitForRunAsync(_run).ConfigureAwait(false);
        }
        catch (ResourceDeadlockException)
        {
            // Who started it has nothing to wait for it with any more, and may start it again.
            _run.Cancel("the wait for it was refused: it would never have ended");
            throw;
        }
    }
}
