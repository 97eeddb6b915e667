using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// What goals claim: taken as one set after the place in the group and before the slot, given back with the attempt. Works under the scheduler's gate.
/// </summary>
internal sealed class AgentClaims(AgentScheduler scheduler)
{
    public static bool HasClaims(AgentInstance agent) => agent.Goal.Resources.Count > 0;

    /// <summary>What the agent waits for while it has not got what it claims.</summary>
    public static AgentWait WaitOf(AgentInstance agent, Instant now)
    {
        var resources = agent.Goal.Resources;
        return new AgentWait(AgentWaitKind.Resource, resources.Count == 1 ? resources[0].Key.ToString() : $"{resources[0].Key} and {resources.Count - 1} more", now.Utc);
    }

    /// <summary>Takes what the agent claims, or lets it wait for that.</summary>
    /// <returns>Whether it has all of it now.</returns>
    public bool TakeLocked(AgentInstance agent, ref Outbox outbox)
    {
        var extras = agent.EnsureExtras();
        var owner = new AgentLockOwner(agent, extras.Loans);
        extras.Claims = owner;
        var taken = TakeAsync(agent, owner);
        if (taken.IsCompletedSuccessfully)
        {
            return true;
        }

        outbox.Do(() => _ = AwaitAsync(agent, owner, taken));
        return false;
    }

    /// <summary>Gives back what the agent claimed, if anything, and gives up waiting for it.</summary>
    /// <returns>What is to be done outside the gates; null if nothing.</returns>
    public Action? ReleaseLocked(AgentInstance agent)
    {
        if (agent.Extras is not { Claims: { } owner } extras)
        {
            return null;
        }

        extras.Claims = null;
        return scheduler.Locks.Close(owner);
    }

    // Async, so that what the lock table refuses at once comes out as what it refuses later.
    private async Task TakeAsync(AgentInstance agent, AgentLockOwner owner) =>
        await scheduler.Locks.AcquireAllAsync(owner, agent.Goal.Resources, timeout: null, CancellationToken.None).ConfigureAwait(false);

    private async Task AwaitAsync(AgentInstance agent, AgentLockOwner owner, Task taken)
    {
        await taken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (owner.IsClosed)
        {
            // The agent ended first; that it is closed is why the wait ended.
            _ = taken.Exception;
        }
        else if (taken.Exception?.InnerException is { } refused)
        {
            scheduler.Endings.FailBeforeStart(agent, AttemptOutcome.Threw(refused).Error!);
        }
        else
        {
            Taken(agent, owner);
        }
    }

    private void Taken(AgentInstance agent, AgentLockOwner owner)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (agent.Stage == AgentStage.WaitingForClaims && agent.Extras!.Claims == owner)
            {
                scheduler.Intake.MakeReadyLocked(agent, now, ref outbox);
                scheduler.FillSlotsLocked(now, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }
}
