using System.Diagnostics;
using AgentOrchestration.Agents;
using AgentOrchestration.Budgets;
using AgentOrchestration.Diagnostics;
using AgentOrchestration.Durability;
using AgentOrchestration.Events;
using AgentOrchestration.Files;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>Owns every agent's state, the slots and the queue, behind one gate. Its parts (intake, waits, endings, ...) are classes of their own that work under that gate.</summary>
/// <remarks>
/// Gates are entered in the order scheduler, lock table, event log. Under the gate things are decided and recorded; what is to be done about them goes into an
/// <see cref="Outbox"/> and is done outside. Members that end in <c>Locked</c> must be called with the gate held.
/// </remarks>
internal sealed class AgentScheduler
{
    private readonly ReadyQueue _ready;
    private readonly CoarseClock _lockClock;
    private readonly int? _maxStartedAgents;
    private readonly int[] _agentsByState = new int[Enum.GetValues<AgentState>().Length];
    private int _capacity;
    private int _slotsHeld;
    private int _startedRoots;
    private bool _startsNobody;

    public AgentScheduler(AgentOrchestrationOptions options, IServiceProvider services, IKnowledgeBase knowledge, ICriterionEvaluator? evaluator, SchedulerTelemetry telemetry, TimeProvider time, Journal? journal = null)
    {
        Services = services;
        Knowledge = knowledge;
        Telemetry = telemetry;
        Time = time;
        Secrets = options.Secrets.Count > 0 ? new SecretFilter(options.Secrets) : null;
        Log = new EventLog(options.MaxRetainedEvents, time) { Secrets = Secrets };
        _lockClock = new CoarseClock(time, isCoarse: options.LockEvents != LockEventLevel.All);
        Locks = new ResourceLockTable(time, new LockRecorder(Log, telemetry.Locks, options.LockEvents, _lockClock), _lockClock);
        Files = new FileTable(Locks, options.MaxFileBytes, time);
        _capacity = options.MaxConcurrentAgents;
        _maxStartedAgents = options.MaxStartedAgents;
        var ageingTicks = Math.Max(1, (long)(options.AgeingInterval.TotalSeconds * time.TimestampFrequency));
        _ready = new ReadyQueue(ageingTicks);
        Groups = new ConcurrencyGroups(options.ConcurrencyGroups, ageingTicks, Locks);
        Registry = new AgentRegistry(this, options);
        Claims = new AgentClaims(this);
        Intake = new AgentIntake(this, options);
        Waits = new ActivityWaits(this);
        RunWaits = new RunWaits(this);
        Reports = new AgentReports(this, options);
        Recall = new StepRecall(this);
        Steps = new StepRunner(this);
        Tools = new ToolRunner(this, options.MaxConcurrentTools);
        Mail = new AgentMail(this, options.MaxMailboxMessages);
        Approvals = new ApprovalDesk(this);
        Pauses = new AgentPauses(this);
        Endings = new AgentEndings(this, options);
        Stalls = new StallWatch(this, options.StallThreshold);
        CriterionEvaluator = evaluator;
        if (journal is not null)
        {
            Journal = new AgentJournal(this, journal);
            journal.Failed = exception =>
            {
                Telemetry.StoreFailed(exception);
                Endings.StoreFailed(stream: null);
            };
            journal.StreamFailed = (stream, exception) =>
            {
                Telemetry.StreamFailed(stream, exception);
                Endings.StoreFailed(stream);
            };
        }

        telemetry.Attach(this);
    }

    public Lock Gate { get; } = new();

    public IServiceProvider Services { get; }

    public IKnowledgeBase Knowledge { get; }

    public ICriterionEvaluator? CriterionEvaluator { get; }

    public ILlmRouter? LlmRouter { get; init; }

    /// <summary>What other processes hold; null if nothing is shared with them.</summary>
    public ISharedHolds? SharedHolds { get; init; }

    /// <summary>The user interface as its adapter gives it, without locks; null if there is none.</summary>
    public IAutomationService? Automation { get; init; }

    /// <summary>Where it is told what a replay does differently; null outside of replays.</summary>
    public ReplayLog? Replay { get; init; }

    /// <summary>Records what must survive the process; null without a store.</summary>
    public AgentJournal? Journal { get; }

    public SchedulerTelemetry Telemetry { get; }

    public TimeProvider Time { get; }

    public SecretFilter? Secrets { get; }

    public EventLog Log { get; }

    public ResourceLockTable Locks { get; }

    public FileTable Files { get; }

    public AgentRegistry Registry { get; }

    public ConcurrencyGroups Groups { get; }

    public AgentClaims Claims { get; }

    public AgentIntake Intake { get; }

    public ActivityWaits Waits { get; }

    public RunWaits RunWaits { get; }

    public AgentReports Reports { get; }

    public StepRecall Recall { get; }

    public StepRunner Steps { get; }

    public ToolRunner Tools { get; }

    public AgentMail Mail { get; }

    public ApprovalDesk Approvals { get; }

    public AgentPauses Pauses { get; }

    public AgentEndings Endings { get; }

    public StallWatch Stalls { get; }

    /// <summary>The agents that hold a slot.</summary>
    public IntrusiveList SlotHolders { get; } = new();

    public int Capacity
    {
        get
        {
            lock (Gate)
            {
                return _capacity;
            }
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            var now = Now();
            var outbox = NewOutbox();
            lock (Gate)
            {
                _capacity = value;
                FillSlotsLocked(now, ref outbox);
            }

            Flush(outbox);
        }
    }

    /// <summary>The time. Not with the gate held: a simulated clock may fire timers when it is read.</summary>
    public Instant Now()
    {
        var now = Instant.Of(Time);
        _lockClock.Note(now.Utc);
        return now;
    }

    /// <summary>An outbox for what is about to be decided. Asks the host's listeners whether they are there, so not under the gate.</summary>
    public Outbox NewOutbox() => new(Telemetry.IsObserving);

    public void Flush(in Outbox outbox) => outbox.Flush(Telemetry);

    /// <summary>The one way in which an agent changes: the record is published, and the status is brought up to date by it. Nothing is recorded after the terminal one.</summary>
    public void RecordLocked(AgentInstance agent, AgentEvent change, ref Outbox outbox, string? key = null)
    {
        Debug.Assert(Gate.IsHeldByCurrentThread, "Recording needs the gate.");
        change = Secrets?.Redact(change) ?? change;
        if (!Log.Append(change, agent))
        {
            return;
        }

        Journal?.RecordLocked(agent, change, key);
        Took(agent, change, ref outbox);
    }

    /// <summary>As <see cref="RecordLocked"/>, for what the store has already.</summary>
    public void RepeatLocked(AgentInstance agent, AgentEvent change, ref Outbox outbox)
    {
        if (Log.Append(change, agent))
        {
            Took(agent, change, ref outbox);
        }
    }

    private void Took(AgentInstance agent, AgentEvent change, ref Outbox outbox)
    {
        if (agent.FirstSequence == 0)
        {
            agent.FirstSequence = change.Sequence;
        }
        else
        {
            _agentsByState[(int)agent.Life.State]--;
        }

        agent.Apply(change);
        _agentsByState[(int)agent.Life.State]++;
        outbox.Observe(agent, change);
    }

    /// <summary>The agent asks for a slot from this moment: its place in the queue, and its age there, go by this.</summary>
    public void StampLocked(AgentInstance agent, Instant now)
    {
        agent.Arrival = Registry.NextArrivalLocked();
        agent.ReadySince = now.Ticks;
    }

    /// <summary>Puts an agent that needs only a slot into the queue.</summary>
    /// <param name="agent">The agent, stamped.</param>
    /// <param name="toOldPlace">Whether others may have been stamped since.</param>
    /// <param name="now">The time.</param>
    public void EnqueueLocked(AgentInstance agent, bool toOldPlace, Instant now)
    {
        _ready.Add(agent, holdsLocks: agent.Party is { HeldGuards: > 0 }, toOldPlace, now.Ticks);
    }

    /// <summary>Gives free slots to the agents that go next.</summary>
    public void FillSlotsLocked(Instant now, ref Outbox outbox)
    {
        while (!_startsNobody && _slotsHeld < _capacity && _ready.Take(_startedRoots < (_maxStartedAgents ?? 4L * _capacity), now.Ticks) is { } agent)
        {
            _slotsHeld++;
            agent.HasSlot = true;
            SlotHolders.AddLast(agent);
            Stalls.SlotGainedLocked(agent, now, ref outbox);
            if (agent.Stage == AgentStage.Ready)
            {
                StartAttemptLocked(agent, now, ref outbox);
            }
            else
            {
                RecordLocked(agent, new AgentContinued(0, now.Utc) { Origin = agent.Origin }, ref outbox);
                agent.Attempt!.UnparkLocked(ref outbox);
            }

            if (agent.Attempt!.Clock is { } clock)
            {
                clock.SlotGained(now.Ticks);
                outbox.Do(clock.Arm);
            }
        }
    }

    /// <summary>While it is on, slots that become free stay free.</summary>
    /// <returns>Whether it was on before.</returns>
    public bool StartNobodyLocked(bool isOn)
    {
        var was = _startsNobody;
        _startsNobody = isOn;
        return was;
    }

    /// <summary>Takes the agent's slot, if it holds one.</summary>
    public void ReleaseSlotLocked(AgentInstance agent, Instant now)
    {
        if (agent.HasSlot)
        {
            agent.HasSlot = false;
            _slotsHeld--;
            SlotHolders.Remove(agent);
            agent.Attempt?.Clock?.SlotLost(now.Ticks);
        }
    }

    /// <summary>Ends the agent: the record is its last. Its guards have been released by now.</summary>
    public void EndLocked(AgentInstance agent, AgentEvent terminal, Instant now, ref Outbox outbox)
    {
        var started = agent.HasStarted;
        if (Claims.ReleaseLocked(agent) is { } claimsReleased)
        {
            outbox.Do(claimsReleased);
        }

        if (agent.Extras is { Loans: { } loans } && Locks.ReturnLoans(loans) is { } loansReturned)
        {
            outbox.Do(loansReturned);
        }

        Registry.LeaveBatchLocked(agent);
        RecordLocked(agent, terminal, ref outbox);
        ReleaseSlotLocked(agent, now);
        if (agent.Stage != AgentStage.InGroupLine)
        {
            agent.Line?.Remove(agent);
        }

        if (agent.Parent is null && started)
        {
            _startedRoots--;
        }

        if (ConcurrencyGroups.NeedsPlace(agent) && Groups.Leave(agent, now.Ticks) is { } next)
        {
            Intake.AdmitLocked(next, now, ref outbox);
        }

        agent.Stage = AgentStage.Ended;
        agent.Parent?.Attempt?.Children?.Remove(agent);
        agent.Attempt = null;
        AgentPauses.CloseLocked(agent, ref outbox);
        AgentMail.CloseLocked(agent);
        if (agent.Extras is { } extras)
        {
            outbox.Do(extras.StopTimers);
        }

        Registry.EndedLocked(agent, wasQueued: !started, now, ref outbox);
        outbox.Complete(agent);
        RunWaits.LeaveLocked(agent, ref outbox);
        agent.Member?.EndedLocked(agent, now, ref outbox);
        FillSlotsLocked(now, ref outbox);
    }

    /// <summary>From here on nothing ends for the store.</summary>
    public void Suspend()
    {
        if (Journal is { } journal)
        {
            lock (Gate)
            {
                journal.IsSuspended = true;
            }
        }
    }

    /// <summary>Completes when all that was recorded so far is kept; at once without a store.</summary>
    public ValueTask AcknowledgeAsync(CancellationToken cancellationToken = default) =>
        Journal is { } journal ? new ValueTask(journal.Journal.WhenDurableAsync().WaitAsync(cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>As <see cref="AcknowledgeAsync(CancellationToken)"/>, where something is thrown already: completes too when that cannot be kept.</summary>
    /// <returns>Whether it is kept.</returns>
    public async ValueTask<bool> WhenKeptAsync(CancellationToken cancellationToken)
    {
        if (Journal is not { } journal)
        {
            return true;
        }

        var kept = journal.Journal.WhenDurableAsync().WaitAsync(cancellationToken);
        await kept.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return kept.IsCompletedSuccessfully;
    }

    /// <inheritdoc cref="AcknowledgeAsync(CancellationToken)"/>
    public ValueTask<T> AcknowledgeAsync<T>(T result)
    {
        return Journal is null ? ValueTask.FromResult(result) : WhenDurableAsync();

        async ValueTask<T> WhenDurableAsync()
        {
            await AcknowledgeAsync().ConfigureAwait(false);
            return result;
        }
    }

    /// <summary>The account of what the agent uses, made when it is first needed.</summary>
    public BudgetAccount AccountOf(AgentInstance agent)
    {
        lock (Gate)
        {
            return agent.EnsureAccountLocked();
        }
    }

    public SchedulerCounts Count()
    {
        lock (Gate)
        {
            return new SchedulerCounts([.. _agentsByState], _ready.Count, _slotsHeld, _capacity);
        }
    }

    private void StartAttemptLocked(AgentInstance agent, Instant now, ref Outbox outbox)
    {
        var attempt = new Attempt(agent, agent.Life.Attempt + 1);
        agent.Attempt = attempt;
        agent.Stage = AgentStage.InAttempt;
        if (!agent.HasStarted)
        {
            agent.HasStarted = true;
            _startedRoots += agent.Parent is null ? 1 : 0;
            Registry.StartedLocked(agent);
            if (agent.Extras?.QueueTimer is { } timer)
            {
                outbox.Do(timer.Stop);
            }
        }

        if (agent.Goal.Timeouts is { Attempt: not null } or { Idle: not null })
        {
            attempt.Clock = new AttemptClock(attempt, agent.Goal.Timeouts, Time);
        }

        RecordLocked(agent, new AgentStarted(0, now.Utc, attempt.Number) { Origin = agent.Origin }, ref outbox);
        outbox.Start(attempt);
    }
}
