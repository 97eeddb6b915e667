using AgentOrchestration.Events;

namespace AgentOrchestration.Scheduling;

/// <summary>A run of a plan, as far as the scheduler knows it: something that is alive while no agent of it may be, and that is stopped with what it belongs to.</summary>
internal abstract class PlannedRun
{
    /// <summary>The run's identity in the event log.</summary>
    public abstract RunTrace Trace { get; }

    /// <summary>The agent in whose flow it was started; null for the host.</summary>
    public abstract AgentInstance? Owner { get; }

    /// <summary>Its name, if it was given one.</summary>
    public abstract string? Name { get; }

    /// <summary>How its agents take turns, as in the pattern's JSON.</summary>
    public abstract string Pattern { get; }

    /// <summary>Completes when the run has ended; never faults.</summary>
    public abstract Task Ended { get; }

    /// <summary>The wait of an agent for it, once there is one; who works for the run is kept in its group. Belongs to the scheduler's gate.</summary>
    public ChildWait? Wait { get; set; }

    /// <summary>Calls to the host's code that are under way for it, and that its agents wait for.</summary>
    public abstract int CallsLocked { get; }

    /// <summary>The agents of its goals that have not ended, without their children.</summary>
    public abstract IEnumerable<AgentInstance> AgentsLocked { get; }

    /// <summary>The names of its supervisor's workers.</summary>
    public abstract IReadOnlyList<string> Workers { get; }

    /// <summary>From here on it starts no goals, and its agents are cancelled.</summary>
    /// <returns>How many agents will end cancelled because of this.</returns>
    public abstract int CancelLocked(string? reason, Instant now, ref Outbox outbox);

    /// <param name="goals">The goals.</param>
    /// <param name="key">The step of the agent that adds them; null for the host.</param>
    public abstract void AddGoals(IReadOnlyList<AgentGoal> goals, string? key = null);

    public abstract ValueTask<ChildAgent> DelegateAsync(AgentActivity by, string worker, string? task);
}
