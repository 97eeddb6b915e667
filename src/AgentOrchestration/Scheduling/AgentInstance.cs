using System.Diagnostics;
using AgentOrchestration.Budgets;
using AgentOrchestration.Events;

namespace AgentOrchestration.Scheduling;

/// <summary>One agent: what it is, its status, and the scheduler's bookkeeping. Everything that changes belongs to the scheduler's gate.</summary>
internal sealed class AgentInstance(AgentScheduler scheduler, AgentOrigin origin, AgentGoal goal, string name, AgentCode code, AgentInstance? parent, Instant spawned)
    : AgentTrace(origin)
{
    // Made when somebody asks for it: most of those who queue many agents wait for all of them at once, or for none.
    private TaskCompletionSource<AgentResult>? _completion;
    private bool _isComplete;
    private bool _isLost;
    private AgentLife _life;

    public AgentScheduler Scheduler { get; } = scheduler;

    public AgentId Id => Origin.AgentId;

    /// <summary>Its place in the order of the agents of this orchestrator.</summary>
    public ulong Order => Extras is { Order: > 0 and var order } ? order : Id.Number;

    public AgentGoal Goal { get; } = goal;

    public string Name { get; } = name;

    public AgentCode Code { get; } = code;

    public AgentInstance? Parent { get; } = parent;

    /// <summary>Its place in the plan of a run, if it has one of its own.</summary>
    public RunMember? Member { get; init; }

    /// <summary>The run of a plan it belongs to, by its own place or an ancestor's.</summary>
    public PlannedRun? PlannedRun => Member?.Run ?? Parent?.PlannedRun;

    /// <summary>Whether the host spawned it alone or in a batch. Agents of plans are not counted against the queue's bound: their run lets them in as they become ready.</summary>
    public bool IsHostRoot => Parent is null && Member is null;

    public AgentInstance Root => Parent is null ? this : Parent.Root;

    public int Depth => Parent is null ? 0 : Parent.Depth + 1;

    public Instant Spawned { get; } = spawned;

    /// <summary>The number of the agent's first event, where watching it starts.</summary>
    public long FirstSequence { get; set; }

    public AgentHandle Handle => field ??= new AgentHandle(this);

    /// <summary>Ends with the agent. Every call gives the same task.</summary>
    public Task<AgentResult> Completion
    {
        get
        {
            if (Volatile.Read(ref _completion) is not { } completion)
            {
                var created = new TaskCompletionSource<AgentResult>(TaskCreationOptions.RunContinuationsAsynchronously);
                completion = Interlocked.CompareExchange(ref _completion, created, null) ?? created;

                // Either this sees that it is complete, or Complete, which says so before it looks, sees the source: both may, and the second does nothing.
                if (Volatile.Read(ref _isComplete))
                {
                    completion.TrySetResult(Result);
                }
            }

            return completion.Task;
        }
    }

    /// <summary>Whether what had to be done outside the gate about the agent's end is done, its completion included.</summary>
    public bool IsFinished => Volatile.Read(ref _isComplete);

    public ref readonly AgentLife Life => ref _life;

    public AgentStage Stage { get; set; }

    /// <summary>How it will end, once that is decided before its code has ended.</summary>
    public AgentEnding? Ending { get; set; }

    public Attempt? Attempt { get; set; }

    /// <summary>The agent in the wait-for graph; null while nothing concerns it there.</summary>
    public AgentParty? Party { get; private set; }

    public bool HasSlot { get; set; }

    /// <summary>Whether an attempt of it was started here.</summary>
    public bool HasStarted { get; set; }

    // Read outside the gate by pause points: a stale value only delays the pause to the next one.
    public bool PauseRequested;

    // When it last gave a sign of life; written outside the gate.
    public long LastSign;

    /// <summary>How often its present silence has been reported.</summary>
    public ushort StallsReported { get; set; }

    // Its place in a line or list.
    public WaitingLine? Line { get; set; }

    public IntrusiveList? List { get; set; }

    public AgentInstance? Next { get; set; }

    public AgentInstance? Previous { get; set; }

    public long Arrival { get; set; }

    public long ReadySince { get; set; }

    public byte SortedLevel { get; set; }

    /// <summary>What only some agents have.</summary>
    public AgentExtras? Extras { get; private set; }

    public AgentExtras EnsureExtras() => Extras ??= new AgentExtras();

    public BudgetAccount EnsureAccountLocked() => EnsureExtras().Account ??= new BudgetAccount(Id, Parent?.EnsureAccountLocked(), Goal.Budget, Scheduler.Time);

    public AgentParty EnsureParty() => Party ??= new AgentParty(this, Attempt?.ActivityCount ?? 1);

    public void Apply(AgentEvent change) => _life.Apply(change);

    /// <summary>It was taken over from a store: so many attempts have ended.</summary>
    public void Restore(int attempts) => _life.Restore(attempts);

    /// <summary>Finishes the completion; its terminal event is published.</summary>
    /// <param name="isKept">Whether the store has it, where there is one.</param>
    public void Complete(bool isKept = true)
    {
        _isLost = !isKept;
        Volatile.Write(ref _isComplete, true);
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _completion)?.TrySetResult(Result);
    }

    /// <summary>How it ended; only once its terminal event is published.</summary>
    public AgentResult Result => Terminal switch
    {
        AgentCompleted completed => Kept(completed.Result),
        AgentFailed failed => Kept(failed.Result),
        AgentCancelled cancelled => Kept(cancelled.Result),
        _ => throw new UnreachableException(),
    };

    // A result that the store does not have would be another one after a restart, so nobody may rely on it.
    private AgentResult Kept(AgentResult result) => _isLost
        ? result with { State = AgentState.Failed, Error = new AgentError(AgentErrorCodes.StoreFailed, "The store failed before the result was kept; after a restart the agent goes on from what was recorded.") }
        : result;

    public IAsyncEnumerable<AgentEvent> Watch() => Scheduler.Log.Watch(this, FirstSequence - 1);
}
