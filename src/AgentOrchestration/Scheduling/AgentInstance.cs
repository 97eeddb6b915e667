using AgentOrchestration.Events;

namespace AgentOrchestration.Scheduling;

/// <summary>One agent: what it is, its status, and the scheduler's bookkeeping. Everything that changes belongs to the scheduler's gate.</summary>
internal sealed class AgentInstance(AgentScheduler scheduler, AgentOrigin origin, AgentGoal goal, string name, AgentCode code, AgentInstance? parent, Instant spawned)
    : AgentTrace(origin)
{
    private readonly TaskCompletionSource<AgentResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AgentLife _life;

    public AgentScheduler Scheduler { get; } = scheduler;

    public AgentId Id => Origin.AgentId;

    public AgentGoal Goal { get; } = goal;

    public string Name { get; } = name;

    public AgentCode Code { get; } = code;

    /// <summary>The span within which it was spawned, if anybody listens to spans.</summary>
    public System.Diagnostics.Activity? SpawnedWithin { get; init; }

    public AgentInstance? Parent { get; } = parent;

    public AgentInstance Root => Parent is null ? this : Parent.Root;

    public int Depth { get; } = parent is null ? 0 : parent.Depth + 1;

    public Instant Spawned { get; } = spawned;

    /// <summary>The number of the agent's first event, where watching it starts.</summary>
    public long FirstSequence { get; set; }

    public AgentHandle Handle => field ??= new AgentHandle(this);

    public Task<AgentResult> Completion => _completion.Task;

    public ref readonly AgentLife Life => ref _life;

    public AgentStage Stage { get; set; }

    /// <summary>How it will end, once that is decided before its code has ended.</summary>
    public AgentEnding? Ending { get; set; }

    public Attempt? Attempt { get; set; }

    public bool HasSlot { get; set; }

    // Read outside the gate by pause points: a stale value only delays the pause to the next one.
    public bool PauseRequested;

    // When it last gave a sign of life; written outside the gate.
    public long LastSign;

    /// <summary>How often its present silence has been reported.</summary>
    public int StallsReported { get; set; }

    public List<TaskCompletionSource<bool>>? PauseWaiters { get; set; }

    // Its place in a line or list.
    public WaitingLine? Line { get; set; }

    public IntrusiveList? List { get; set; }

    public AgentInstance? Next { get; set; }

    public AgentInstance? Previous { get; set; }

    public long Arrival { get; set; }

    public long ReadySince { get; set; }

    public int SortedLevel { get; set; }

    /// <summary>What only some agents have.</summary>
    public AgentExtras? Extras { get; private set; }

    public AgentExtras EnsureExtras() => Extras ??= new AgentExtras();

    public void Apply(AgentEvent change) => _life.Apply(change);

    public void Complete(AgentResult result) => _completion.SetResult(result);

    public IAsyncEnumerable<AgentEvent> Watch() => Scheduler.Log.Watch(this, FirstSequence - 1);
}
