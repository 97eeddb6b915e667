using AgentOrchestration.Durability;
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
    /// <param name="key">The step of the parent that spawns it.</param>
    public AgentInstance Accept(AgentGoal goal, IAgent? agent, Attempt? parent, GuardLoan? lend = null, string? key = null)
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

            accepted = AcceptLocked(goal, code, parent, parent?.Agent.Origin.Run, now, ref outbox, lend, key, agent is null ? NameOf(goal) : null);
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
                agents[i] = AcceptLocked(goals[i], codes[i], parent: null, run, now, ref outbox, registered: NameOf(goals[i]));
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
    /// <param name="goal">The goal.</param>
    /// <param name="code">Its agent.</param>
    /// <param name="member">Its place in the run.</param>
    /// <param name="parent">The attempt whose child it becomes, or null.</param>
    /// <param name="run">The run.</param>
    /// <param name="key">The step of the parent that spawns it, or the place of its goal.</param>
    /// <param name="now">The time.</param>
    /// <param name="outbox">What is to be done about it.</param>
    /// <param name="recorded">What the store has of it, if it is taken over from there.</param>
    public AgentInstance AcceptMemberLocked(AgentGoal goal, AgentCode code, RunMember member, Attempt? parent, RunTrace run, string key, Instant now, ref Outbox outbox, RecordedAgent? recorded = null) =>
        AddLocked(goal, code, parent, run, now, ref outbox, lend: null, member, key, NameOf(goal), recorded);

    /// <summary>Takes an agent over from the store: it goes on under its id, from what is recorded.</summary>
    /// <param name="recorded">What the store has of it.</param>
    /// <param name="code">Who does it; null if that cannot be found any more.</param>
    /// <param name="parent">The attempt whose child it is, or null.</param>
    /// <param name="now">The time.</param>
    /// <param name="outbox">What is to be done about it.</param>
    /// <param name="lend">What is lent to it, if anything.</param>
    public AgentInstance RestoreLocked(RecordedAgent recorded, AgentCode? code, Attempt? parent, Instant now, ref Outbox outbox, GuardLoan? lend = null)
    {
        var run = recorded.Run is { } id ? parent?.Agent.Origin.Run is { } its && its.Id == id ? its : scheduler.Registry.RestoreRunLocked(id) : null;
        var agent = AddLocked(recorded.Goal, code ?? default, parent, run, now, ref outbox, lend, member: null, recorded.Key, recorded.Agent, recorded);
        if (code is null)
        {
            NotResumableLocked(agent, now, ref outbox);
        }

        return agent;
    }

    /// <summary>An agent that ended in an earlier process, for its handle; it is not among those that are known here.</summary>
    public AgentInstance Ended(RecordedAgent recorded, AgentResult result, Instant now)
    {
        var origin = AgentOrigin.In(recorded.Id, recorded.Run is { } run ? new RunTrace(run) : null, default);
        var agent = new AgentInstance(scheduler, origin, recorded.Goal, recorded.Name, default, parent: null, now.At(recorded.SpawnedAt, scheduler.Time)) { Stage = AgentStage.Ended, FirstSequence = 1 };
        agent.Terminal = result.State switch
        {
            AgentState.Completed => new AgentCompleted(0, now.Utc, result) { Origin = origin },
            AgentState.Failed => new AgentFailed(0, now.Utc, result.Error!, result) { Origin = origin },
            _ => new AgentCancelled(0, now.Utc, result.CancelReason, result) { Origin = origin },
        };
        agent.Complete();
        return agent;
    }

    /// <summary>Ends an agent whose code cannot be found any more.</summary>
    public void NotResumableLocked(AgentInstance agent, Instant now, ref Outbox outbox) => scheduler.Endings.DecideLocked(
        agent,
        AgentEnding.Failed(AgentErrorCodes.NotResumable, "The agent was handed over when its goal was accepted, so nobody else can go on with it. Register agents by name where they must survive a restart."),
        now,
        ref outbox);

    /// <summary>The registered agent of a goal.</summary>
    public static string NameOf(AgentGoal goal) => goal.Agent ?? AgentOrchestrationOptions.DefaultAgentName;

    /// <summary>The code registered under a name; null if there is none.</summary>
    public AgentCode? FindCode(string? name) => name is not null && _registered.TryGetValue(name, out var code) ? code : null;

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
        var name = NameOf(goal);
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

    private AgentInstance AcceptLocked(
        AgentGoal goal, AgentCode code, Attempt? parent, RunTrace? run, Instant now, ref Outbox outbox, GuardLoan? lend = null, string? key = null, string? registered = null) =>
        FindKnownLocked(goal, parent) ?? AddLocked(goal, code, parent, run, now, ref outbox, lend, member: null, key, registered);

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

    private AgentInstance AddLocked(
        AgentGoal goal, AgentCode code, Attempt? parent, RunTrace? run, Instant now, ref Outbox outbox, GuardLoan? lend, RunMember? member, string? key, string? registered, RecordedAgent? recorded = null)
    {
        var origin = AgentOrigin.In(recorded?.Id ?? scheduler.Registry.NextIdLocked(), run, parent?.Agent.Id ?? default);
        var name = recorded?.Name ?? goal.Name ?? NameOf(goal);
        var agent = new AgentInstance(scheduler, origin, goal, name, code, parent?.Agent, recorded is null ? now : now.At(recorded.SpawnedAt, scheduler.Time)) { Member = member };
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

        if (recorded is not null)
        {
            agent.EnsureExtras().Recorded = recorded;
        }

        scheduler.StampLocked(agent, now);
        scheduler.Registry.AddLocked(agent);
        if (agent.IsHostRoot && run is not null)
        {
            run.OpenAgents++;
        }

        scheduler.RecordLocked(agent, new AgentSpawned(0, now.Utc, goal, name) { Origin = origin, Agent = registered, IsRestored = recorded is not null }, ref outbox, key);
        if (parent is not null)
        {
            (parent.Children ??= []).Add(agent);
        }

        scheduler.RunWaits.JoinLocked(agent);
        if (recorded is not null)
        {
            scheduler.Recall.RestoreLocked(agent, recorded, ref outbox);
        }

        scheduler.Endings.StartLimitsLocked(agent, now, ref outbox);
        LetInLocked(agent, recorded?.Retrying, now, ref outbox);
        if (recorded?.IsPaused == true)
        {
            _ = scheduler.Pauses.RequestLocked(agent, now, ref outbox);
        }

        return agent;
    }

    private void LetInLocked(AgentInstance agent, AgentRetrying? retrying, Instant now, ref Outbox outbox)
    {
        var goal = agent.Goal;
        ResourceDeadlockException? refusal = null;
        if (ConcurrencyGroups.NeedsPlace(agent) && !scheduler.Groups.Enter(agent, now.Ticks, out refusal))
        {
            agent.Stage = AgentStage.InGroupLine;
            scheduler.RecordLocked(agent, new AgentQueued(0, now.Utc, new AgentWait(AgentWaitKind.Group, goal.ConcurrencyGroup, now.Utc)) { Origin = agent.Origin }, ref outbox);
        }
        else if (retrying is not null && retrying.Timestamp + retrying.Delay - now.Utc is var left && left > TimeSpan.Zero)
        {
            scheduler.RecordLocked(agent, new AgentQueued(0, now.Utc, new AgentWait(AgentWaitKind.Retry, Target: null, retrying.Timestamp)) { Origin = agent.Origin }, ref outbox);
            scheduler.Endings.WaitForRetryLocked(agent, left, now, ref outbox);
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
        else if (agent.Extras?.Recorded?.Ending is { } ending)
        {
            scheduler.Endings.DecideLocked(agent, new AgentEnding(ending.Code is { } code ? new AgentError(code, ending.Message ?? "") : null, ending.Reason), now, ref outbox);
        }
        else if (goal.Deadline <= now.Utc && scheduler.Replay is null)
        {
            scheduler.Endings.DeadlinePassedLocked(agent, now, ref outbox);
        }
    }
}
