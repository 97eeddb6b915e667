using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>
/// What goals claim: taken as one set after the place in the group and before the slot, given back with the attempt. Works under the scheduler's gate, but takes outside it,
/// because those who measure locks are the host's code.
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

    /// <summary>Takes what the agent claims as soon as the gate is left, and makes it ready then, or when it gets it.</summary>
    public void TakeLocked(AgentInstance agent, ref Outbox outbox)
    {
        var extras = agent.EnsureExtras();
        var owner = new AgentLockOwner(agent, extras.Loans);
        extras.Claims = owner;
        agent.Stage = AgentStage.WaitingForClaims;
        outbox.Do(() => _ = TakeAsync(agent, owner));
    }

    /// <summary>Gives back what the agent claimed, if anything, and gives up waiting for it.</summary>
    /// <param name="agent">The agent.</param>
    /// <param name="end">Why.</param>
    /// <returns>What is to be done outside the gates; null if nothing.</returns>
    public Action? ReleaseLocked(AgentInstance agent, HoldEnd end = HoldEnd.OwnerEnded)
    {
        if (agent.Extras is not { Claims: { } owner } extras)
        {
            return null;
        }

        extras.Claims = null;
        return scheduler.Locks.Close(owner, end);
    }

    private async Task TakeAsync(AgentInstance agent, AgentLockOwner owner)
    {
        try
        {
            var taken = scheduler.Locks.AcquireAllAsync(owner, agent.Goal.Resources, timeout: null, CancellationToken.None);
            if (!taken.IsCompleted)
            {
                Waits(agent, owner);
            }

            await taken.ConfigureAwait(false);
            Taken(agent, owner);
        }
        catch (Exception refused)
        {
            // The lock table refuses it, or the agent has ended and closed the owner, which ends it in the same way.
            if (!owner.IsClosed)
            {
                scheduler.Endings.FailBeforeStart(agent, AgentStage.WaitingForClaims, AttemptOutcome.Threw(refused).Error!);
            }
        }
    }

    private void Waits(AgentInstance agent, AgentLockOwner owner)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (StillTakesLocked(agent, owner) && !agent.PauseRequested)
            {
                scheduler.RecordLocked(agent, new AgentQueued(0, now.Utc, WaitOf(agent, now)) { Origin = agent.Origin }, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }

    private void Taken(AgentInstance agent, AgentLockOwner owner)
    {
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (StillTakesLocked(agent, owner))
            {
                scheduler.Intake.MakeReadyLocked(agent, now, ref outbox);
                scheduler.FillSlotsLocked(now, ref outbox);
            }
        }

        scheduler.Flush(outbox);
    }

    private static bool StillTakesLocked(AgentInstance agent, AgentLockOwner owner) => agent.Stage == AgentStage.WaitingForClaims && agent.Extras!.Claims == owner;
}
