using System.Diagnostics;
using AgentOrchestration.Durability;
using AgentOrchestration.Events;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>
/// Carries out one plan, whatever pattern it was made from. Everything that changes belongs to the scheduler's gate, so that a goal is accepted in the same moment in which the last
/// one it follows ends. Costs the same for each goal and each dependency, however many there are; what is over is worked off one by one and never recursively.
/// </summary>
internal sealed class PlanRun : PlannedRun
{
    private readonly AgentScheduler _scheduler;
    private readonly RunServices _services;
    private readonly PlanGraph _graph;
    private readonly Attempt? _parent;
    private readonly string? _key;
    private Dictionary<string, RecordedAgent>? _replayed;
    private readonly Delegations? _delegations;
    private readonly List<GoalDraft> _drafts;
    private readonly TaskCompletionSource<OrchestrationResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MajorityVotes? _votes;
    private readonly HostCalls _conditionCalls;
    private readonly HostCalls _closingCalls;
    private readonly Queue<PlanNode> _over = new();
    private readonly Queue<PlanNode> _queued = new();
    private readonly Queue<PlanNode> _unjudged = new();
    private RunTrace _trace = null!;
    private PlanNode[] _nodes;
    private int _count;
    private RunPhase _phase;
    private RunStop? _stop;
    private PlanNode? _firstSuccess;
    private Instant _started;
    private AgentUsage _ownUsage = AgentUsage.None;
    private Activity? _span;
    private bool _deciding;
    private int _open;
    private int _active;
    private int _judging;
    private int _voting;
    private int _succeeded;

    /// <param name="scheduler">Runs the agents.</param>
    /// <param name="services">What the host has registered.</param>
    /// <param name="graph">The plan; the run's own from here on.</param>
    /// <param name="drafts">The goals as they were given.</param>
    /// <param name="codes">The agent of each goal of the plan.</param>
    /// <param name="parent">The attempt it belongs to, or null for the host.</param>
    /// <param name="key">The step in which an agent starts it; null for the host.</param>
    public PlanRun(AgentScheduler scheduler, RunServices services, PlanGraph graph, GoalDraft[] drafts, AgentCode[] codes, Attempt? parent, string? key = null)
    {
        _key = key;
        _scheduler = scheduler;
        _services = services;
        _graph = graph;
        _drafts = [.. drafts];
        _parent = parent;
        _conditionCalls = new HostCalls(scheduler.Time, services.GracePeriod);
        _closingCalls = new HostCalls(scheduler.Time, services.GracePeriod);
        _delegations = graph.Rules.Team is { } team ? new Delegations(scheduler, this, team) : null;
        _votes = graph.Aggregator is ResultAggregator.Judged { Judge: CandidateJudge.MajorityVote vote } ? new MajorityVotes(vote) : null;
        _nodes = new PlanNode[graph.Count];
        AddNodesLocked(graph.Goals, codes);
    }

    private enum RunPhase
    {
        Open,
        Closing,
        Ended,
    }

    public override RunTrace Trace => _trace;

    public override Task Ended => _completion.Task;

    public Task<OrchestrationResult> Completion => _completion.Task;

    public long FirstSequence { get; private set; }

    public override AgentInstance? Owner => _parent?.Agent;

    public override string? Name => _graph.Options.Name;

    public override string Pattern => _graph.Pattern.PatternKind;

    /// <summary>What its agents and its calls to the host belong below: its own span, or else that in which it was started; null if nobody listens.</summary>
    public Activity? Span { get; private set; }

    public override int CallsLocked => _judging + _voting;

    public override IEnumerable<AgentInstance> AgentsLocked => Nodes().Select(static node => node.Agent).OfType<AgentInstance>();

    public override IReadOnlyList<string> Workers => _delegations?.Workers ?? [];

    public AgentScheduler Scheduler => _scheduler;

    public Attempt? Parent => _parent;

    public bool IsStoppingLocked => _stop is not null || _phase != RunPhase.Open;

    /// <summary>Lets the first goals in, or throws.</summary>
    public void Start()
    {
        _span = RunTelemetry.StartSpan(this);
        Span = _span ?? SchedulerTelemetry.CurrentSpan;
        try
        {
            StartGoals();
        }
        catch (Exception)
        {
            RunTelemetry.Refused(_span);
            throw;
        }
    }

    /// <inheritdoc/>
    public override void AddGoals(IReadOnlyList<AgentGoal> goals, string? key = null)
    {
        if (!_graph.Rules.CanGrow)
        {
            throw new InvalidOperationException($"A run with the pattern {_graph.Pattern.PatternKind} takes no goals after its start.");
        }

        var drafts = GoalDraft.Of(goals);
        var codes = _services.FindCodes(_scheduler.Intake, drafts);
        var written = _scheduler.Journal is null ? null : PlanRecords.Write(goals);
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        lock (_scheduler.Gate)
        {
            if (IsStoppingLocked)
            {
                throw new GoalRefusedException(GoalRefusal.RunStopped, $"Run {_trace.Id} takes no more goals: {_stop?.Reason ?? "it has ended"}.");
            }

            if (_count + drafts.Length > _graph.Options.MaxGoals)
            {
                throw new GoalRefusedException(GoalRefusal.TooManyGoals, $"Run {_trace.Id} has {_count} goals and {drafts.Length} more would exceed its MaxGoals, {_graph.Options.MaxGoals}.");
            }

            var first = _count;
            var planned = _graph.Add(drafts);
            _drafts.AddRange(drafts);
            AddNodesLocked(planned, codes);
            if (written is not null)
            {
                _scheduler.Journal!.RecordLocked(this, RecordKinds.Goals, written, now, key);
            }

            PublishLocked(new RunGrown(0, now.Utc, Array.ConvertAll(planned, static goal => goal.Name)) { Origin = _trace.Origin }, ref outbox);
            StartReadyLocked(first, now, ref outbox);
            _scheduler.FillSlotsLocked(now, ref outbox);
        }

        _scheduler.Flush(outbox);
    }

    /// <inheritdoc/>
    public override ValueTask<ChildAgent> DelegateAsync(AgentActivity by, string worker, string? task) => _delegations is { } delegations
        ? delegations.DelegateAsync(by, worker, task)
        : throw new InvalidOperationException($"Run {_trace.Id} has no supervisor, so agent {by.Id} has no workers; spawn children with SpawnAsync.");

    /// <summary>Cancels the run.</summary>
    /// <returns>False if it has ended or is bound to end otherwise.</returns>
    public bool Cancel(string? reason)
    {
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        bool decided;
        lock (_scheduler.Gate)
        {
            decided = MayCancelLocked;
            CancelLocked(reason, now, ref outbox);
            _scheduler.FillSlotsLocked(now, ref outbox);
        }

        _scheduler.Flush(outbox);
        return decided;
    }

    /// <inheritdoc/>
    public override int CancelLocked(string? reason, Instant now, ref Outbox outbox) =>
        MayCancelLocked ? StopLocked(new RunStop(RunStopKind.Cancelled, reason ?? "it was cancelled"), now, ref outbox) : 0;

    public IAsyncEnumerable<AgentEvent> Watch() => _scheduler.Log.Watch(_trace, FirstSequence - 1);

    /// <summary>The results of the goals at these places that have one.</summary>
    public IReadOnlyList<AgentResult> ResultsOf(int[] places)
    {
        lock (_scheduler.Gate)
        {
            return [.. places.Select(place => _nodes[place].Result).OfType<AgentResult>()];
        }
    }

    /// <summary>The results of all goals before this place, which have one each.</summary>
    public IReadOnlyList<AgentResult> ResultsBefore(int place)
    {
        lock (_scheduler.Gate)
        {
            return new ResultPrefix(_nodes, place);
        }
    }

    /// <summary>The goal is over.</summary>
    public void OverLocked(PlanNode node, Instant now, ref Outbox outbox)
    {
        _over.Enqueue(node);
        if (!_deciding)
        {
            _deciding = true;
            WorkOffLocked(now, ref outbox);
        }
    }

    /// <summary>All that the goal follows is over: it is accepted, judged or skipped.</summary>
    public void ReadyLocked(PlanNode node, Instant now, ref Outbox outbox)
    {
        if (node.State != PlanNodeState.Waiting)
        {
            return;
        }

        if (_stop is { } stop)
        {
            SkipLocked(node, SkipReason.RunStopped, stop.Reason, now, ref outbox);
        }
        else if (node.Blocker is { } blocker && node.Planned.When is not { AfterFailure: true })
        {
            SkipLocked(node, blocker.IsNotNeeded ? SkipReason.NotNeeded : SkipReason.DependencyFailed, $"'{blocker.Planned.Name}' {Describe(blocker)}", now, ref outbox);
        }
        else if (node.Judged is { Verdict: var verdict })
        {
            // Judged before a restart.
            JudgedLocked(node, verdict, thrown: null, now, ref outbox);
        }
        else if (node.Planned.When is not null)
        {
            node.State = PlanNodeState.Unjudged;
            _unjudged.Enqueue(node);
            JudgeNextLocked(ref outbox);
        }
        else
        {
            AcceptOrQueueLocked(node, now, ref outbox);
        }
    }

    /// <summary>Judges the condition of a goal. What it throws fails that goal.</summary>
    public async Task JudgeAsync(PlanNode node)
    {
        Activity.Current = Span;
        ConditionVerdict verdict = default;
        Exception? thrown = null;
        try
        {
            verdict = await _conditionCalls.CallAsync(stop => _services.JudgeConditionAsync(this, node, stop)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // The host's code, at work for this goal: its failure is this goal's.
            thrown = exception;
        }

        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        bool hasFailed;
        lock (_scheduler.Gate)
        {
            hasFailed = thrown is not null && _stop is null;
            _judging--;
            _scheduler.RunWaits.CallEndedLocked(this, ref outbox);
            _deciding = true;
            JudgedLocked(node, verdict, thrown, now, ref outbox);
            JudgeNextLocked(ref outbox);
            WorkOffLocked(now, ref outbox);
            _scheduler.FillSlotsLocked(now, ref outbox);
        }

        if (hasFailed)
        {
            _scheduler.Telemetry.Runs.ConditionFailed(this, node.Planned.Name, thrown!);
        }

        _scheduler.Flush(outbox);
    }

    /// <summary>All results so far, in the order of the goals.</summary>
    public IReadOnlyList<AgentResult> ResultsSoFar()
    {
        lock (_scheduler.Gate)
        {
            return [.. Nodes().Select(static node => node.Result).OfType<AgentResult>()];
        }
    }

    private bool MayCancelLocked => _phase != RunPhase.Ended && _stop is null or { Kind: RunStopKind.Decided };

    private void StartGoals()
    {
        var written = _scheduler.Journal is null ? null : PlanRecords.Write(new OrchestrationPlan(_graph, [.. _drafts.Select(static draft => draft.Goal)]));
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        lock (_scheduler.Gate)
        {
            _scheduler.Intake.ThrowIfRunRefusedLocked(_parent);
            _started = now;
            _trace = _scheduler.Registry.NewRunLocked();
            BeginLocked(new RunStarted(0, now.Utc, Pattern, Name, _count) { Origin = _trace.Origin }, written, ref outbox);
            StartReadyLocked(0, now, ref outbox);
            _scheduler.FillSlotsLocked(now, ref outbox);
        }

        _scheduler.Flush(outbox);
    }

    private void BeginLocked(RunStarted started, byte[]? written, ref Outbox outbox)
    {
        _scheduler.Registry.AddLocked(this);
        if (_parent is not null)
        {
            (_parent.Runs ??= []).Add(this);
        }

        if (_scheduler.Log.Append(started, _trace) && written is not null)
        {
            _scheduler.Journal!.RecordStartLocked(this, started, _key, written);
        }

        outbox.Observe(this, started);
        FirstSequence = started.Sequence;
    }

    /// <summary>
    /// Takes a run over from the store: what is over stays over, agents that had not ended go on, and the rest is decided anew, which gives the same as it would have given then.
    /// </summary>
    /// <param name="recorded">What the store has of it.</param>
    /// <param name="isReplay">Whether its agents are to do again what they did, each when its turn comes.</param>
    public void Restore(RecordedRun recorded, bool isReplay)
    {
        _replayed = isReplay ? recorded.Agents.ToDictionary(static agent => StepKey.GoalOf(agent.Key!), StringComparer.Ordinal) : null;
        _span = RunTelemetry.StartSpan(this);
        Span = _span ?? SchedulerTelemetry.CurrentSpan;
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        lock (_scheduler.Gate)
        {
            _started = now.At(recorded.Started.Timestamp, _scheduler.Time);
            _trace = _scheduler.Registry.RestoreRunLocked(recorded.Id);
            _ownUsage = recorded.Usage;
            BeginLocked(recorded.Started with { Sequence = 0, Timestamp = now.Utc, Origin = _trace.Origin, IsRestored = true }, written: null, ref outbox);
            if (recorded.Stopping is { } stopping && !isReplay)
            {
                _stop = new RunStop(Enum.TryParse<RunStopKind>(recorded.StopKind, out var kind) ? kind : RunStopKind.Cancelled, stopping.Reason);
            }

            _deciding = true;
            RestoreFactsLocked(recorded);
            foreach (var agent in isReplay ? [] : recorded.Agents.Where(static agent => agent.Result is null))
            {
                RestoreAgentLocked(agent, now, ref outbox);
            }

            WorkOffLocked(now, ref outbox);
            StartReadyLocked(0, now, ref outbox);
            _scheduler.FillSlotsLocked(now, ref outbox);
        }

        _scheduler.Flush(outbox);
    }

    // In the order in which they happened, since who succeeded first counts for some.
    private void RestoreFactsLocked(RecordedRun recorded)
    {
        var byAgent = recorded.Agents.ToDictionary(static agent => agent.Id);
        foreach (var fact in recorded.Facts)
        {
            switch (fact)
            {
                case RunConditionJudged judged when FindNode(judged.Goal) is { } node:
                    node.Judged = new JudgedCondition(judged.Goal, new ConditionVerdict(judged.Holds, judged.Reason));
                    break;
                case RunGoalSkipped skipped when _replayed is null && FindNode(skipped.Goal) is { State: PlanNodeState.Waiting } node:
                    node.State = PlanNodeState.Skipped;
                    node.Skipped = new SkippedGoal(node.Planned.Name, node.Planned.Goal, skipped.Reason, skipped.Detail);
                    _over.Enqueue(node);
                    break;
                case { IsTerminal: true, AgentId: { } id } when byAgent.TryGetValue(id, out var agent) && agent.Result is { } result && FindNode(StepKey.GoalOf(agent.Key!)) is { State: PlanNodeState.Waiting } node:
                    _active++;
                    node.RestoreEndedLocked(result);
                    _over.Enqueue(node);
                    break;
            }
        }
    }

    private void RestoreAgentLocked(RecordedAgent recorded, Instant now, ref Outbox outbox)
    {
        if (FindNode(StepKey.GoalOf(recorded.Key!)) is not { State: PlanNodeState.Waiting } node)
        {
            return;
        }

        var agent = LetInLocked(node, now, ref outbox, recorded);
        if (_stop is { } stop)
        {
            _scheduler.Endings.DecideLocked(agent, StopEnding(stop), now, ref outbox);
        }
    }

    private PlanNode? FindNode(string name) => _graph.TryFind(name, out var place) ? _nodes[place] : null;

    private static AgentEnding StopEnding(RunStop stop) => AgentEnding.Cancelled(stop.Kind == RunStopKind.Cancelled ? stop.Reason : $"its run ended early: {stop.Reason}");

    public TimeProvider Time => _scheduler.Time;

    /// <summary>Records what a model was asked for the run itself, stamped here. After the run's end it is dropped.</summary>
    public void Record(AgentEvent change, AgentUsage used)
    {
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        lock (_scheduler.Gate)
        {
            _ownUsage += used;
            PublishLocked(change with { Timestamp = now.Utc, Origin = _trace.Origin }, ref outbox);
        }

        _scheduler.Flush(outbox);
    }

    private void PublishLocked(AgentEvent change, ref Outbox outbox, string? key = null)
    {
        if (_scheduler.Log.Append(change, _trace))
        {
            _scheduler.Journal?.RecordLocked(this, change, key);
        }

        outbox.Observe(this, change);
    }

    private IEnumerable<PlanNode> Nodes() => _nodes.Take(_count);

    private void AddNodesLocked(IReadOnlyList<PlannedGoal> goals, AgentCode[] codes)
    {
        var first = _count;
        if (_nodes.Length < first + goals.Count)
        {
            Array.Resize(ref _nodes, Math.Max(first + goals.Count, _nodes.Length * 2));
        }

        for (var i = 0; i < goals.Count; i++)
        {
            var node = new PlanNode(this, _count, goals[i], codes[i]);
            _nodes[_count++] = node;
            if (node.State == PlanNodeState.Template)
            {
                _delegations!.AddLocked(node);
            }
            else
            {
                _open++;
            }
        }

        // Later, since a goal may follow one that comes after it.
        PlanNode.TieLocked(_nodes, first, _count);
    }

    private void StartReadyLocked(int first, Instant now, ref Outbox outbox)
    {
        _deciding = true;
        for (var i = first; i < _count; i++)
        {
            if (_nodes[i] is { State: PlanNodeState.Waiting, OpenDependencies: 0 } node)
            {
                ReadyLocked(node, now, ref outbox);
            }
        }

        WorkOffLocked(now, ref outbox);
    }

    // A loop and a queue, so that a long chain in which each goal ends at once needs no stack.
    private void WorkOffLocked(Instant now, ref Outbox outbox)
    {
        Debug.Assert(_deciding && _scheduler.Gate.IsHeldByCurrentThread);
        while (_over.TryDequeue(out var node))
        {
            _open--;
            if (node.State == PlanNodeState.Ended)
            {
                _active--;
                _succeeded += node.HasSucceeded ? 1 : 0;
            }

            ApplyPolicyLocked(node, now, ref outbox);
            node.TellFollowersLocked(now, ref outbox);
            while (_active < _graph.Rules.MaxConcurrency && _queued.TryDequeue(out var next))
            {
                if (next.State == PlanNodeState.Queued)
                {
                    AcceptLocked(next, now, ref outbox);
                }
            }
        }

        _deciding = false;
        if (_open == 0 && _phase == RunPhase.Open)
        {
            _phase = RunPhase.Closing;
            outbox.DoLast(() => ThreadPool.UnsafeQueueUserWorkItem(static run => _ = run.CloseAsync(), this, preferLocal: false));
        }
    }

    private static string Describe(PlanNode blocker) => blocker switch
    {
        { Skipped: not null } => "was skipped",
        { Result.State: AgentState.Completed } => "did not meet its criteria",
        { Result.State: AgentState.Cancelled } => "was cancelled",
        _ => "failed",
    };

    // As many at once as there are slots: a condition may be a call to a model, and nobody else would bound it.
    private void JudgeNextLocked(ref Outbox outbox)
    {
        while (_judging < _scheduler.Capacity && _unjudged.TryDequeue(out var node))
        {
            if (node.State == PlanNodeState.Unjudged)
            {
                node.State = PlanNodeState.Judging;
                _judging++;
                _scheduler.RunWaits.CallBeginsLocked(this);
                outbox.Do(() => ThreadPool.UnsafeQueueUserWorkItem(node, preferLocal: false));
            }
        }
    }

    private void JudgedLocked(PlanNode node, ConditionVerdict verdict, Exception? thrown, Instant now, ref Outbox outbox)
    {
        if (_stop is { } stop)
        {
            SkipLocked(node, SkipReason.RunStopped, stop.Reason, now, ref outbox);
        }
        else if (thrown is not null)
        {
            FailLocked(node, thrown, now, ref outbox);
        }
        else
        {
            node.Judged = new JudgedCondition(node.Planned.Name, verdict);
            PublishLocked(new RunConditionJudged(0, now.Utc, node.Planned.Name, verdict.Holds, verdict.Reason) { Origin = _trace.Origin }, ref outbox);
            if (verdict.Holds)
            {
                AcceptOrQueueLocked(node, now, ref outbox);
            }
            else
            {
                SkipLocked(node, SkipReason.ConditionNotMet, verdict.Reason ?? "its condition does not hold", now, ref outbox);
            }
        }
    }

    private void AcceptOrQueueLocked(PlanNode node, Instant now, ref Outbox outbox)
    {
        if (_active < _graph.Rules.MaxConcurrency)
        {
            AcceptLocked(node, now, ref outbox);
        }
        else
        {
            node.State = PlanNodeState.Queued;
            _queued.Enqueue(node);
        }
    }

    private void AcceptLocked(PlanNode node, Instant now, ref Outbox outbox)
    {
        if (_scheduler.Intake.HasTooManyDetachedLocked)
        {
            SkipLocked(node, SkipReason.Refused, "too many agents that ignored their cancellation still run", now, ref outbox);
            return;
        }

        LetInLocked(node, now, ref outbox);
    }

    private AgentInstance LetInLocked(PlanNode node, Instant now, ref Outbox outbox, RecordedAgent? recorded = null)
    {
        recorded ??= _replayed?.GetValueOrDefault(node.Planned.Name);
        node.State = PlanNodeState.Accepted;
        _active++;
        var agent = _scheduler.Intake.AcceptMemberLocked(node.Planned.Goal, node.Code, node, _parent, _trace, StepKey.ForGoal(node.Planned.Name), now, ref outbox, recorded);

        // It may have ended already: its deadline may have passed before it came to it.
        node.Agent = node.State == PlanNodeState.Accepted ? agent : null;
        return agent;
    }

    private void FailLocked(PlanNode node, Exception thrown, Instant now, ref Outbox outbox)
    {
        var agent = LetInLocked(node, now, ref outbox);
        var error = new AgentError(AgentErrorCodes.ConditionFailed, $"The condition of goal '{node.Planned.Name}' threw: {thrown.Message}") { Exception = thrown };
        _scheduler.Endings.DecideLocked(agent, new AgentEnding(error, Reason: null), now, ref outbox);
    }

    private void SkipLocked(PlanNode node, SkipReason reason, string detail, Instant now, ref Outbox outbox)
    {
        node.State = PlanNodeState.Skipped;
        node.Skipped = new SkippedGoal(node.Planned.Name, node.Planned.Goal, reason, detail);
        PublishLocked(new RunGoalSkipped(0, now.Utc, node.Planned.Name, reason, detail) { Origin = _trace.Origin }, ref outbox);
        _over.Enqueue(node);
    }

    private void ApplyPolicyLocked(PlanNode node, Instant now, ref Outbox outbox)
    {
        if (_stop is not null)
        {
            return;
        }

        if (node.HasSucceeded)
        {
            _firstSuccess ??= node;
            if (_graph.Aggregator is ResultAggregator.Judged { Judge: CandidateJudge.First })
            {
                StopLocked(new RunStop(RunStopKind.Decided, $"'{node.Planned.Name}' was the first to succeed"), now, ref outbox);
                return;
            }

            if (_votes is not null && _open > 0)
            {
                _voting++;
                _scheduler.RunWaits.CallBeginsLocked(this);
                outbox.Do(() => ThreadPool.UnsafeQueueUserWorkItem(static vote => vote.Run.Vote(vote.Node), (Run: this, Node: node), preferLocal: false));
            }
        }

        switch (_graph.Options.Failure)
        {
            case FailurePolicy.FailFast when !node.HasSucceeded && !node.IsNotNeeded:
                StopLocked(new RunStop(RunStopKind.Failed, $"'{node.Planned.Name}' {Describe(node)}"), now, ref outbox);
                break;
            case FailurePolicy.Quorum quorum when _succeeded >= quorum.Required:
                if (_open > 0)
                {
                    StopLocked(new RunStop(RunStopKind.Decided, $"the quorum of {quorum.Required} is reached"), now, ref outbox);
                }

                break;
            case FailurePolicy.Quorum quorum when _succeeded + _open < quorum.Required:
                StopLocked(new RunStop(RunStopKind.Failed, $"the quorum of {quorum.Required} can no longer be reached"), now, ref outbox);
                break;
        }
    }

    // On the pool: how answers are compared is the host's code.
    private void Vote(PlanNode node)
    {
        var answer = _votes!.AnswerOf(node.Result!);
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        lock (_scheduler.Gate)
        {
            _voting--;
            _scheduler.RunWaits.CallEndedLocked(this, ref outbox);
            _votes.CastLocked(node.Index, answer);
            if (_stop is null && _phase == RunPhase.Open && _votes.IsDecidedLocked(_succeeded, _open))
            {
                StopLocked(new RunStop(RunStopKind.Decided, "the majority can no longer be overtaken"), now, ref outbox);
                _scheduler.FillSlotsLocked(now, ref outbox);
            }
        }

        _scheduler.Flush(outbox);
    }

    private int StopLocked(RunStop stop, Instant now, ref Outbox outbox)
    {
        _stop = stop;
        PublishLocked(new RunStopping(0, now.Utc, stop.Reason) { Origin = _trace.Origin }, ref outbox, stop.Kind.ToString());
        outbox.Do(_conditionCalls.Stop);
        if (stop.Kind != RunStopKind.Decided)
        {
            outbox.Do(_closingCalls.Stop);
        }

        // All at once, so that none of the queued ones starts in between.
        var decided = 0;
        var ending = StopEnding(stop);
        var startedNobody = _scheduler.StartNobodyLocked(isOn: true);
        var wasDeciding = _deciding;
        _deciding = true;
        for (var i = 0; i < _count; i++)
        {
            var node = _nodes[i];
            switch (node.State)
            {
                case PlanNodeState.Waiting or PlanNodeState.Unjudged or PlanNodeState.Queued:
                    SkipLocked(node, SkipReason.RunStopped, stop.Reason, now, ref outbox);
                    break;
                case PlanNodeState.Accepted when node.Agent is { } agent:
                    decided += _scheduler.Endings.DecideLocked(agent, ending, now, ref outbox);
                    break;
            }
        }

        _scheduler.StartNobodyLocked(startedNobody);
        if (!wasDeciding)
        {
            WorkOffLocked(now, ref outbox);
        }

        return decided;
    }

    // Nothing of the plan changes any more; the run may only still be cancelled.
    private async Task CloseAsync()
    {
        Activity.Current = Span;
        RunRecord record;
        lock (_scheduler.Gate)
        {
            record = new RunRecord(this, _graph, _count == _nodes.Length ? _nodes : _nodes[.._count], _stop, _firstSuccess, _delegations?.ResultsLocked() ?? []);
        }

        var making = record.Stop is null or { Kind: RunStopKind.Decided } ? await _services.MakeOutputAsync(record, _closingCalls).ConfigureAwait(false) : RunOutput.None;
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        OrchestrationResult result;
        RunCompleted completed;
        long recordedAt;
        lock (_scheduler.Gate)
        {
            _phase = RunPhase.Ended;
            result = record.ToResult(making, _stop, new OrchestrationPlan(_graph, [.. _drafts.Select(static draft => draft.Goal)]), _scheduler.Time.GetElapsedTime(_started.Ticks, Math.Max(now.Ticks, _started.Ticks))) with { OwnUsage = _ownUsage };
            foreach (var unused in result.Skipped.Where(static skipped => skipped.Reason == SkipReason.NotDelegated))
            {
                PublishLocked(new RunGoalSkipped(0, now.Utc, unused.Name, unused.Reason, unused.Detail) { Origin = _trace.Origin }, ref outbox);
            }

            completed = new RunCompleted(0, now.Utc, result.Succeeded, result.Results.Count, result.Skipped.Count, result.Duration) { Origin = _trace.Origin };
            if (_scheduler.Journal is { } journal && result.Output is { } output)
            {
                journal.RecordLocked(this, RecordKinds.Output, PlanRecords.Write(output), now);
            }

            PublishLocked(completed, ref outbox);
            recordedAt = _scheduler.Journal?.Journal.Position ?? 0;
            _scheduler.Registry.ForgetRunLocked(_trace);
            _parent?.Runs?.Remove(this);
        }

        _scheduler.Flush(outbox);
        _conditionCalls.Close();
        _closingCalls.Close();
        _scheduler.Telemetry.Runs.Ended(this, _span, completed, result.Cancelled, result.Error);
        if (_scheduler.Journal is { } kept && !await kept.IsKeptAsync(recordedAt).ConfigureAwait(false))
        {
            result = result with { Succeeded = false, Error = new AgentError(AgentErrorCodes.StoreFailed, "The store failed before the result was kept; after a restart the run goes on from what was recorded.") };
        }

        _completion.SetResult(result);
        _scheduler.Registry.Remove(this);
    }
}
