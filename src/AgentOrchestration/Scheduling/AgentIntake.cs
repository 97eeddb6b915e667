using AgentOrchestration.Events;
using AgentOrchestration.Goals;

namespace AgentOrchestration.Scheduling;

/// <summary>Accepts goals: checks them, makes their agents, and lets them into the queue, all or none. Works under the scheduler's gate.</summary>
internal sealed class AgentIntake(AgentScheduler scheduler, AgentOrchestrationOptions options)
{
    private readonly Dictionary<string, AgentCode> _registered = new(options.Agents, StringComparer.Ordinal);
    private bool _refusing;

    /// <summary>Accepts the goal or throws.</summary>
    /// <param name="goal">The goal.</param>
    /// <param name="agent">Who does it, or null for the agent it names.</param>
    /// <param name="parent">The attempt whose child it becomes, or null.</param>
    /// <param name="lend">What is lent to it, if anything.</param>
    public AgentInstance Accept(AgentGoal goal, IAgent? agent, Attempt? parent, GuardLoan? lend = null)
    {
        GoalValidator.ThrowIfPlanned(goal);
        var code = agent is null ? FindRegistered(goal) : new AgentCode(agent);
        var now = scheduler.Now();
        var outbox = scheduler.NewOutbox();
        AgentInstance accepted;
        lock (scheduler.Gate)
        {
            parent?.ThrowIfEndedLocked();
            if (FindKnownLocked(goal, parent) is null)
            {
                ThrowIfRefusedLocked(1, parent);
            }

            accepted = AcceptLocked(goal, code, parent, parent?.Agent.Origin.Run, now, ref outbox, lend);
            scheduler.FillSlotsLocked(now, ref outbox);
        }

        scheduler.Flush(outbox);
        return accepted;
    }

    /// <summary>Accepts all of the goals, as one run, or throws.</summary>
    /// <param name="goals">The goals; nobody else may change the array.</param>
    public AgentInstance[] AcceptAll(AgentGoal[] goals)
    {
        var codes = new AgentCode[goals.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            GoalValidator.ThrowIfPlanned(goals[i], $"goals[{i}]");
            codes[i] = FindRegistered(goals[i]);
        }

        var now = scheduler.Now();
        var agents = new AgentInstance[goals.Length];
        var outbox = scheduler.NewOutbox();
        lock (scheduler.Gate)
        {
            if (goals.Count(goal => FindKnownLocked(goal, parent: null) is null) is > 0 and var added)
            {
                ThrowIfRefusedLocked(added, parent: null);
            }

            // One more than there are, until all are in: those that end at once do not end the batch before that.
            var run = scheduler.Registry.NewRunLocked();
            run.OpenAgents = 1;
            for (var i = 0; i < agents.Length; i++)
            {
                agents[i] = AcceptLocked(goals[i], codes[i], parent: null, run, now, ref outbox);
            }

            if (--run.OpenAgents == 0)
            {
                scheduler.Registry.ForgetRunLocked(run);
            }

            scheduler.FillSlotsLocked(now, ref outbox);
        }

        scheduler.Flush(outbox);
        return agents;
    }

    /// <summary>The code of the agent that the goal names.</summary>
    /// <exception cref="InvalidOperationException">There is none of this name.</exception>
    public AgentCode FindCode(AgentGoal goal) => FindRegistered(goal);

    /// <summary>Refuses a run of a plan where goals would be refused. Its goals are exempt from the queue's bound.</summary>
    public void ThrowIfRunRefusedLocked(Attempt? parent)
    {
        parent?.ThrowIfEndedLocked();
        ThrowIfRefusedLocked(0, parent);
    }

    /// <summary>Whether agents that ignored their cancellation are too many to take another one in.</summary>
    public bool HasTooManyDetachedLocked => scheduler.Endings.Detached >= options.MaxDetachedAgents;

    /// <summary>Accepts a goal of a run; its bounds have been checked.</summary>
    public AgentInstance AcceptMemberLocked(AgentGoal goal, AgentCode code, RunMember member, Attempt? parent, RunTrace run, Instant now, ref Outbox outbox) =>
        AddLocked(goal, code, parent, run, now, ref outbox, member: member);

    /// <summary>From here on the host's goals are refused.</summary>
    public void RefuseFromNow()
    {
        lock (scheduler.Gate)
        {
            _refusing = true;
        }
    }

    /// <summary>Lets an agent that has its place in its group, or is due for its next attempt, go on: to what it claims, and then to the queue.</summary>
    public void AdmitLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        if (AgentClaims.HasClaims(agent))
        {
            scheduler.Claims.TakeLocked(agent, ref outbox);
        }
        else
        {
            MakeReadyLocked(agent, now, ref outbox);
        }
    }

    /// <summary>Lets an agent that needs only a slot into the queue.</summary>
    public void MakeReadyLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        agent.Stage = AgentStage.Ready;
        if (!agent.PauseRequested)
        {
            scheduler.RecordLocked(agent, new AgentQueued(0, now.Utc, new AgentWait(AgentWaitKind.Slot, Target: null, now.Utc)) { Origin = agent.Origin }, ref outbox);
            scheduler.EnqueueLocked(agent, toOldPlace: true, now);
        }
    }

    private AgentCode FindRegistered(AgentGoal goal)
    {
        var name = goal.Agent ?? AgentOrchestrationOptions.DefaultAgentName;
        return _registered.TryGetValue(name, out var code)
            ? code
            : throw new InvalidOperationException(
                $"No agent is registered as '{name}'. Register one with AddAgent(\"{name}\", ...) or pass one to SpawnAsync. Registered are: {(_registered.Count == 0 ? "none" : string.Join(", ", _registered.Keys.Order(StringComparer.Ordinal)))}.");
    }

    private void ThrowIfRefusedLocked(int count, Attempt? parent)
    {
        if (parent is not null && parent.Agent.Depth >= options.MaxSpawnDepth)
        {
            throw new GoalRefusedException(GoalRefusal.TooDeep, $"Agent {parent.Agent.Id} is at depth {parent.Agent.Depth} and MaxSpawnDepth is {options.MaxSpawnDepth}: it cannot spawn children.");
        }

        // What was accepted may still spawn children while it drains.
        if (_refusing && parent is null)
        {
            throw new GoalRefusedException(GoalRefusal.ShuttingDown, "The orchestrator is shutting down and accepts no goals.");
        }

        if (scheduler.Endings.Detached >= options.MaxDetachedAgents)
        {
            throw new GoalRefusedException(
                GoalRefusal.TooManyDetached,
                $"{scheduler.Endings.Detached} agents ignored their cancellation and still run; MaxDetachedAgents is {options.MaxDetachedAgents}. Let their code end, or observe its CancellationToken.");
        }

        if (parent is null && scheduler.Registry.QueuedRoots + count > options.MaxQueuedAgents)
        {
            throw new GoalRefusedException(
                GoalRefusal.QueueFull,
                $"{scheduler.Registry.QueuedRoots} agents are queued and {count} more would exceed MaxQueuedAgents, {options.MaxQueuedAgents}. Spawn them later, or raise the limit.");
        }
    }

    private AgentInstance AcceptLocked(AgentGoal goal, AgentCode code, Attempt? parent, RunTrace? run, Instant now, ref Outbox outbox, GuardLoan? lend = null) =>
        FindKnownLocked(goal, parent) ?? AddLocked(goal, code, parent, run, now, ref outbox, lend);

    private AgentInstance? FindKnownLocked(AgentGoal goal, Attempt? parent)
    {
        if (goal.IdempotencyKey is not { } key || scheduler.Registry.FindByKeyLocked(key) is not { } known)
        {
            return null;
        }

        return known.Parent == parent?.Agent
            ? known
            : throw new InvalidOperationException($"Idempotency key '{key}' belongs to agent {known.Id}, which has another parent; a child's key must be unique to its parent.");
    }

    private AgentInstance AddLocked(AgentGoal goal, AgentCode code, Attempt? parent, RunTrace? run, Instant now, ref Outbox outbox, GuardLoan? lend = null, RunMember? member = null)
    {
        var origin = AgentOrigin.In(scheduler.Registry.NextIdLocked(), run, parent?.Agent.Id ?? default);
        var name = goal.Name ?? goal.Agent ?? AgentOrchestrationOptions.DefaultAgentName;
        var agent = new AgentInstance(scheduler, origin, goal, name, code, parent?.Agent, now) { Member = member };
        if ((member?.Span ?? SchedulerTelemetry.CurrentSpan) is { } span)
        {
            agent.EnsureExtras().SpawnedWithin = span;
        }

        if (lend is { } loan)
        {
            // First of all, because it may be refused.
            var borrower = new AgentLockOwner(agent, parent: null);
            scheduler.Locks.Lend(loan.Guards, loan.Lender, borrower);
            agent.EnsureExtras().Loans = borrower;
        }

        scheduler.StampLocked(agent, now);
        scheduler.Registry.AddLocked(agent);
        if (agent.IsHostRoot && run is not null)
        {
            run.OpenAgents++;
        }

        scheduler.RecordLocked(agent, new AgentSpawned(0, now.Utc, goal, name) { Origin = origin }, ref outbox);
        if (parent is not null)
        {
            (parent.Children ??= []).Add(agent);
        }

        scheduler.RunWaits.JoinLocked(agent);
        scheduler.Endings.StartLimitsLocked(agent, now, ref outbox);
        ResourceDeadlockException? refusal = null;
        if (ConcurrencyGroups.NeedsPlace(agent) && !scheduler.Groups.Enter(agent, now.Ticks, out refusal))
        {
            agent.Stage = AgentStage.InGroupLine;
            scheduler.RecordLocked(agent, new AgentQueued(0, now.Utc, new AgentWait(AgentWaitKind.Group, goal.ConcurrencyGroup, now.Utc)) { Origin = origin }, ref outbox);
        }
        else if (AgentClaims.HasClaims(agent))
        {
            scheduler.Claims.TakeLocked(agent, ref outbox);
        }
        else
        {
            agent.Stage = AgentStage.Ready;
            scheduler.EnqueueLocked(agent, toOldPlace: false, now);
        }

        if (refusal is not null)
        {
            scheduler.Endings.DecideLocked(agent, new AgentEnding(AttemptOutcome.Threw(refusal).Error, Reason: null), now, ref outbox);
        }
        else if (goal.Deadline <= now.Utc)
        {
            scheduler.Endings.DeadlinePassedLocked(agent, now, ref outbox);
        }

        return agent;
    }
}
