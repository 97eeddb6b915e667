using AgentOrchestration.Agents;
using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>One orchestrator in one schedule, and what must be true of it on the way and at the end.</summary>
internal sealed class World
{
    private readonly List<EventHistory.Resize> _resizes = [];
    private readonly int _capacity;
    private int _mostCapacity;
    private int _working;

    public World(int capacity, Func<World, AgentContext, CancellationToken, Task<AgentOutput>> run, Action<AgentOrchestrationOptions>? configure = null)
    {
        _capacity = capacity;
        _mostCapacity = capacity;
        Orchestrator = AgentOrchestrator.Create(options =>
        {
            options.MaxConcurrentAgents = capacity;
            options.MaxStartedAgents = 100;
            options.MaxRetainedEvents = 256;
            options.KnowledgeMemoryMegabytes = 1;
            options.ShutdownDrainPeriod = TimeSpan.Zero;
            options.TimeProvider = Clock;
            options.AddAgent(AgentOrchestrationOptions.DefaultAgentName, (context, cancellationToken) => run(this, context, cancellationToken));
            configure?.Invoke(options);
        });
    }

    public ManualClock Clock { get; } = new();

    public AgentOrchestrator Orchestrator { get; }

    /// <summary>The agent works, which needs a slot.</summary>
    public async Task WorkAsync(AgentContext context)
    {
        var working = Interlocked.Increment(ref _working);
        Specification.Assert(working <= Volatile.Read(ref _mostCapacity), $"{working} agents work at once and the capacity never exceeded {_mostCapacity}");
        await Task.Yield();
        var state = Orchestrator.GetStatus(context.Id)!.State;
        Specification.Assert(state == AgentState.Running || context.CancellationToken.IsCancellationRequested || IsEnding(context.Id), $"{context.Id} works and is {state}");
        Interlocked.Decrement(ref _working);
    }

    public void Resize(int capacity)
    {
        if (capacity > _mostCapacity)
        {
            Volatile.Write(ref _mostCapacity, capacity);
        }

        var before = Orchestrator.Scheduler.Log.LastSequence;
        Orchestrator.MaxConcurrentAgents = capacity;
        _resizes.Add(new EventHistory.Resize(before, Orchestrator.Scheduler.Log.LastSequence, capacity));
    }

    /// <summary>INV-14: at no moment is a slot free while an agent needs only one.</summary>
    public void CheckWorkConserving()
    {
        var counts = Orchestrator.Scheduler.Count();
        Specification.Assert(counts.Ready == 0 || counts.SlotsHeld >= counts.Capacity, $"{counts.Ready} agents are ready and {counts.SlotsHeld} of {counts.Capacity} slots are held");
    }

    /// <summary>Waits for what nothing signals. A delay lets the others go on under every strategy; a loop of yields does not.</summary>
    public static async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        for (var i = 0; !condition(); i++)
        {
            Specification.Assert(i < 1000, otherwise);
            await Task.Delay(1);
        }
    }

    /// <summary>Awaits the agent's end, and checks what must be true when its completion is: the status is terminal and the event readable (law 1).</summary>
    public async Task<AgentResult> EndOfAsync(AgentHandle handle)
    {
        var result = await handle.Completion;
        var state = Orchestrator.GetStatus(handle.Id)!.State;
        Specification.Assert(state == result.State, $"{handle.Id} has completed as {result.State} and its status says {state}");
        var last = handle.Id;
        await foreach (var e in handle.Watch())
        {
            last = e.IsTerminal ? default : handle.Id;
        }

        Specification.Assert(last == default, $"The events of {handle.Id} do not end with its terminal one");
        return result;
    }

    /// <summary>Awaits the run's end, and checks what must be true when its completion is: its agents have ended, and its last event is readable.</summary>
    public async Task<OrchestrationResult> EndOfAsync(OrchestrationRun run)
    {
        var result = await run.Completion;
        AgentEvent? last = null;
        await foreach (var e in run.Watch())
        {
            last = e;
        }

        Specification.Assert(last is RunCompleted, $"The events of {run.Id} end with {last}");
        foreach (var ended in result.Results)
        {
            Specification.Assert(Orchestrator.GetStatus(ended.Id)!.State == ended.State, $"{ended.Id} has ended as {ended.State} and its status says otherwise");
        }

        return result;
    }

    /// <summary>Shuts down, and checks the history and that nothing is left.</summary>
    /// <returns>The history.</returns>
    public async Task<IReadOnlyList<AgentEvent>> EndAsync()
    {
        await Orchestrator.DisposeAsync();
        var scheduler = Orchestrator.Scheduler;
        var counts = scheduler.Count();
        Specification.Assert(scheduler.Registry.Live == 0, $"{scheduler.Registry.Live} agents are left");
        Specification.Assert(counts.SlotsHeld == 0 && counts.Ready == 0, $"{counts.SlotsHeld} slots and {counts.Ready} places in the queue are left");
        Specification.Assert(scheduler.Locks.Count == 0, $"{scheduler.Locks.Count} locks are left");
        Specification.Assert(scheduler.Endings.Detached == 0, $"{scheduler.Endings.Detached} agents count as detached");
        Specification.Assert(Clock.Due.Count == 0, $"A timer is left that fires at {string.Join(", ", Clock.Due)}");
        var history = new List<AgentEvent>();
        await foreach (var e in Orchestrator.Subscribe(new EventFilter { After = 0 }))
        {
            history.Add(e);
        }

        EventHistory.Check(history, _capacity, _resizes);
        RunHistory.Check(history);
        return history;
    }

    private bool IsEnding(AgentId id) => Orchestrator.Scheduler.Registry.Find(id)!.Attempt is not { IsUnwinding: false };
}
