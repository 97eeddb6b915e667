using AgentOrchestration.Agents;
using AgentOrchestration.Events;
using AgentOrchestration.Internal;

namespace AgentOrchestration.Scheduling;

/// <summary>The agents that are known, and which of the ended ones stay so. Works under the scheduler's gate.</summary>
internal sealed class AgentRegistry
{
    private readonly AgentScheduler _scheduler;
    private readonly int _maxEnded;
    private readonly TimeSpan? _retention;
    private readonly ulong _idSpace = IdText.NewSpace();
    // By number: within an orchestrator that is enough, hashes well and takes half the room.
    private readonly Dictionary<ulong, AgentInstance> _agents = [];
    private readonly Dictionary<string, AgentInstance> _byKey = new(StringComparer.Ordinal);
    private readonly Queue<AgentInstance> _ended = new();
    // Those that came from the store and have ids of other orchestrators, with their places here.
    private readonly Dictionary<AgentId, ulong> _restored = [];
    private readonly Dictionary<RunId, RunTrace> _runs = [];
    private readonly HashSet<PlannedRun> _plannedRuns = [];
    private readonly List<WaitAllOperation> _waiters = [];
    private readonly List<TaskCompletionSource> _idleWaiters = [];
    private ulong _lastNumber;
    private ulong _lastRun;
    private ulong _lastApproval;
    private long _lastArrival;
    private OneShotTimer? _retentionTimer;

    public AgentRegistry(AgentScheduler scheduler, AgentOrchestrationOptions options)
    {
        _scheduler = scheduler;
        _maxEnded = options.MaxEndedAgents;
        _retention = options.EndedAgentRetention;
    }

    /// <summary>Agents that have not ended.</summary>
    public int Live { get; private set; }

    /// <summary>Agents the host spawned that have neither started nor ended.</summary>
    public int QueuedRoots { get; private set; }

    public AgentId NextIdLocked() => new(_idSpace, ++_lastNumber);

    /// <summary>A new run, of a batch or a plan; it is known until it has ended.</summary>
    public RunTrace NewRunLocked()
    {
        var run = new RunTrace(new RunId(_idSpace, ++_lastRun));
        _runs.Add(run.Id, run);
        return run;
    }

    /// <summary>A run that an earlier orchestrator began: the same for all of its agents.</summary>
    public RunTrace RestoreRunLocked(RunId id)
    {
        if (!_runs.TryGetValue(id, out var run))
        {
            _runs.Add(id, run = new RunTrace(id));
        }

        return run;
    }

    public RunTrace? FindRun(RunId id)
    {
        lock (_scheduler.Gate)
        {
            return _runs.GetValueOrDefault(id);
        }
    }

    public void ForgetRunLocked(RunTrace run) => _runs.Remove(run.Id);

    /// <summary>The agent is about to end: if it is the last one of its batch, the batch ends with its terminal event.</summary>
    public void LeaveBatchLocked(AgentInstance agent)
    {
        if (agent.IsHostRoot && agent.Origin.Run is { } batch && --batch.OpenAgents == 0)
        {
            batch.EndsNext = true;
            ForgetRunLocked(batch);
        }
    }

    /// <summary>The runs of plans that have not ended.</summary>
    public IReadOnlyList<PlannedRun> PlannedRunsLocked() => [.. _plannedRuns];

    /// <summary>How many of them there are, by pattern.</summary>
    public IReadOnlyDictionary<string, long> CountRuns()
    {
        lock (_scheduler.Gate)
        {
            return _plannedRuns.GroupBy(static run => run.Pattern, StringComparer.Ordinal).ToDictionary(static runs => runs.Key, static runs => runs.LongCount(), StringComparer.Ordinal);
        }
    }

    public void AddLocked(PlannedRun run) => _plannedRuns.Add(run);

    /// <summary>The run has ended and is complete.</summary>
    public void Remove(PlannedRun run)
    {
        var outbox = _scheduler.NewOutbox();
        lock (_scheduler.Gate)
        {
            _plannedRuns.Remove(run);
            ReleaseIdleWaitersLocked(ref outbox);
        }

        _scheduler.Flush(outbox);
    }

    public ApprovalId NextApprovalIdLocked() => new(_idSpace, ++_lastApproval);

    public long NextArrivalLocked() => ++_lastArrival;

    public void AddLocked(AgentInstance agent)
    {
        if (agent.Extras is { Recorded: not null } extras)
        {
            extras.Order = ++_lastNumber;
            _restored.Add(agent.Id, extras.Order);
        }

        _agents.Add(agent.Order, agent);
        if (agent.Goal.IdempotencyKey is { } key)
        {
            _byKey.TryAdd(key, agent);
        }

        Live++;
        QueuedRoots += agent.IsHostRoot ? 1 : 0;
        foreach (var waiter in _waiters)
        {
            waiter.Spawned(agent);
        }
    }

    public AgentInstance? FindLocked(AgentId id) =>
        _agents.TryGetValue(id.Number, out var agent) && agent.Id == id ? agent : _restored.TryGetValue(id, out var order) ? _agents[order] : null;

    public AgentInstance? FindByKeyLocked(string key) => _byKey.GetValueOrDefault(key);

    public AgentInstance? Find(AgentId id)
    {
        lock (_scheduler.Gate)
        {
            return FindLocked(id);
        }
    }

    public AgentStatus? GetStatus(AgentId id)
    {
        lock (_scheduler.Gate)
        {
            return FindLocked(id) is { } agent ? StatusOfLocked(agent) : null;
        }
    }

    public IReadOnlyList<AgentStatus> List(bool includeEnded)
    {
        var statuses = new List<(ulong Order, AgentStatus Status)>();
        lock (_scheduler.Gate)
        {
            foreach (var agent in _agents.Values)
            {
                if (includeEnded || agent.Stage != AgentStage.Ended)
                {
                    statuses.Add((agent.Order, StatusOfLocked(agent)));
                }
            }
        }

        statuses.Sort(static (x, y) => x.Order.CompareTo(y.Order));
        return [.. statuses.Select(static status => status.Status)];
    }

    public IReadOnlyList<AgentInstance> LiveAgentsLocked() => [.. _agents.Values.Where(static agent => agent.Stage != AgentStage.Ended)];

    public void StartedLocked(AgentInstance agent) => QueuedRoots -= agent.IsHostRoot ? 1 : 0;

    public void EndedLocked(AgentInstance agent, bool wasQueued, Instant now, ref Outbox outbox)
    {
        Live--;
        QueuedRoots -= wasQueued && agent.IsHostRoot ? 1 : 0;
        for (var i = _waiters.Count - 1; i >= 0; i--)
        {
            var waiter = _waiters[i];
            if (waiter.Ended(agent))
            {
                _waiters.RemoveAt(i);
                outbox.Do(waiter.Complete);
            }
        }

        _ended.Enqueue(agent);
        if (_ended.Count > _maxEnded)
        {
            // An eighth at once, so that a busy host raises one event for many.
            EvictLocked(_ended.Count - _maxEnded + (_maxEnded / 8), now, ref outbox);
        }

        if (_retention is { } retention && _ended.Count == 1)
        {
            ScheduleRetentionLocked(retention, now, ref outbox);
        }

        ReleaseIdleWaitersLocked(ref outbox);
    }

    public int Cleanup()
    {
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        int count;
        lock (_scheduler.Gate)
        {
            count = _ended.Count;
            EvictLocked(count, now, ref outbox);
        }

        _scheduler.Flush(outbox);
        return count;
    }

    public async Task<IReadOnlyList<AgentResult>> WaitAllAsync(CancellationToken cancellationToken)
    {
        var operation = new WaitAllOperation();
        lock (_scheduler.Gate)
        {
            operation.Limit = _lastNumber;
            foreach (var agent in _agents.Values)
            {
                operation.Known(agent);
            }

            if (operation.IsOpen)
            {
                _waiters.Add(operation);
            }
        }

        try
        {
            return await operation.ResultsAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_scheduler.Gate)
            {
                _waiters.Remove(operation);
            }
        }
    }

    /// <summary>Completes when no agent and no run is left that has not ended.</summary>
    public Task WhenIdleAsync()
    {
        lock (_scheduler.Gate)
        {
            if (IsIdleLocked)
            {
                return Task.CompletedTask;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _idleWaiters.Add(waiter);
            return waiter.Task;
        }
    }

    /// <summary>Completes when the agents that have ended are finished: the call that ended the last one may overtake those that ended others.</summary>
    public Task WhenFinishedAsync()
    {
        lock (_scheduler.Gate)
        {
            return Task.WhenAll(_agents.Values.Where(static agent => !agent.IsFinished).Select(static agent => agent.Completion));
        }
    }

    public void Stop()
    {
        OneShotTimer? timer;
        lock (_scheduler.Gate)
        {
            timer = _retentionTimer;
        }

        timer?.Stop();
    }

    private bool IsIdleLocked => Live == 0 && _plannedRuns.Count == 0;

    private void ReleaseIdleWaitersLocked(ref Outbox outbox)
    {
        if (IsIdleLocked)
        {
            foreach (var waiter in _idleWaiters)
            {
                outbox.DoLast(waiter.SetResult);
            }

            _idleWaiters.Clear();
        }
    }

    private static AgentStatus StatusOfLocked(AgentInstance agent)
    {
        ref readonly var life = ref agent.Life;
        return new AgentStatus
        {
            Id = agent.Id,
            Name = agent.Name,
            State = life.State,
            CurrentGoal = agent.Goal.Description,
            CurrentStep = life.Step,
            Progress = life.Progress,
            SpawnedAt = agent.Spawned.Utc,
            StartedAt = life.StartedAt,
            CompletedAt = life.CompletedAt,
            Error = life.Error,
            Attempt = life.Attempt,
            WaitingFor = WaitOfLocked(agent),
            ParentId = agent.Origin.ParentIdOrNull,
            RunId = agent.Origin.RunIdOrNull,
            Tags = agent.Goal.Tags,
        };
    }

    public static AgentWait? WaitOfLocked(AgentInstance agent) =>
        agent.Life.Wait ?? (agent.Life.State == AgentState.Idle ? new AgentWait(AgentWaitKind.Slot, Target: null, agent.Spawned.Utc) : null);

    private void EvictLocked(int count, Instant now, ref Outbox outbox)
    {
        count = Math.Min(count, _ended.Count);
        if (count == 0)
        {
            return;
        }

        var ids = new AgentId[count];
        for (var i = 0; i < count; i++)
        {
            var agent = _ended.Dequeue();
            ids[i] = agent.Id;
            _agents.Remove(agent.Order);
            _restored.Remove(agent.Id);
            if (agent.Goal.IdempotencyKey is { } key && _byKey.GetValueOrDefault(key) == agent)
            {
                _byKey.Remove(key);
            }
        }

        _scheduler.Log.Append(new AgentsEvicted(0, now.Utc, ids), trace: null);
    }

    private void ScheduleRetentionLocked(TimeSpan due, Instant now, ref Outbox outbox)
    {
        if (_retentionTimer is { } previous)
        {
            outbox.Do(previous.Stop);
        }

        _retentionTimer = new OneShotTimer(_scheduler.Time, now, due, EvictExpired);
        outbox.Do(_retentionTimer.Start);
    }

    private void EvictExpired(OneShotTimer timer)
    {
        var now = _scheduler.Now();
        var outbox = _scheduler.NewOutbox();
        lock (_scheduler.Gate)
        {
            if (timer == _retentionTimer && _retention is { } retention)
            {
                EvictLocked(_ended.TakeWhile(agent => agent.Life.CompletedAt + retention <= now.Utc).Count(), now, ref outbox);
                if (_ended.TryPeek(out var oldest))
                {
                    ScheduleRetentionLocked(oldest.Life.CompletedAt!.Value + retention - now.Utc, now, ref outbox);
                }
            }
        }

        _scheduler.Flush(outbox);
    }
}
