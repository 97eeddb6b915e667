using System.Text;
using AgentOrchestration.Events;
using AgentOrchestration.Locking;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Scheduling;

/// <summary>One try at a goal: its activities, children, scope and clock. What changes belongs to the scheduler's gate, except where said.</summary>
/// <remarks>It is its own cancellation source, one object less for each; never disposed, since one without timer or link holds nothing, and late code may still use its token.</remarks>
internal sealed class Attempt : CancellationTokenSource, IThreadPoolWorkItem
{
    private ScopeHolder? _scope;
    private StringBuilder? _partialOutput;

    public Attempt(AgentInstance agent, int number)
    {
        Agent = agent;
        Number = number;
        Body = new AgentActivity(this, parent: null);
        ActiveActivities = 1;
        ActivityCount = 1;
    }

    public AgentInstance Agent { get; }

    public int Number { get; }

    /// <summary>The code's own flow of control; forks hang below it.</summary>
    public AgentActivity Body { get; }

    /// <summary>Activities that run: neither waiting, nor joining the ones they forked, nor parked. At zero the slot goes back.</summary>
    public int ActiveActivities { get; set; }

    /// <summary>Activities that have not ended and do not join others: they run, wait or are parked.</summary>
    public int ActivityCount { get; set; }

    /// <summary>Activities that may go on as soon as the agent has a slot and is not paused.</summary>
    public List<TaskCompletionSource>? Parked { get; set; }

    /// <summary>Forked activities that have not ended.</summary>
    public List<AgentActivity>? Forks { get; set; }

    /// <summary>Children that have not ended.</summary>
    public HashSet<AgentInstance>? Children { get; set; }

    /// <summary>Runs of plans that it started and that have not ended.</summary>
    public List<PlannedRun>? Runs { get; set; }

    /// <summary>Why the attempt was ended from outside, if the agent was not.</summary>
    public AgentError? Failure { get; set; }

    /// <summary>Whether the end of the attempt is decided: its context is dead, and what its code does from here on is ignored.</summary>
    public bool Closed { get; set; }

    public bool Detached { get; set; }

    public OneShotTimer? GraceTimer { get; set; }

    /// <summary>The end of the output that has not been streamed yet, because it may be the beginning of a secret.</summary>
    public string HeldOutput { get; set; } = "";

    public AttemptClock? Clock { get; set; }

    /// <summary>The verdicts so far; null while none is given.</summary>
    public CriterionResult?[]? Verdicts { get; set; }

    /// <summary>Whether anything of it outlives its code: children, runs, activities it did not await, an open wait.</summary>
    public bool HasLooseEnds => Children is { Count: > 0 } || Runs is { Count: > 0 } || Body.IsBusy;

    /// <summary>Whether its code is to end: it starts nothing new, and its waits end at once and without a slot.</summary>
    public bool IsUnwinding => Closed || Failure is not null || Agent.Ending is not null;

    /// <summary>Signals the token; its callbacks run on the pool, since they are the agent's code. What they throw is observed in the attempt's own flow by nobody, so here.</summary>
    public void SignalCancel() => _ = CancelAsync().ContinueWith(
        static (task, state) => ((Attempt)state!).Agent.Scheduler.Telemetry.CallbackFailed(((Attempt)state).Agent, task.Exception!),
        this,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    // The attempt has its slot; the pool calls this. The run owns itself: it always ends by closing the attempt, or finds it closed.
    void IThreadPoolWorkItem.Execute() => _ = AttemptRunner.RunAsync(this);

    public void AppendOutputLocked(string delta, int maxCharacters)
    {
        _partialOutput ??= new StringBuilder();
        _partialOutput.Append(delta.AsSpan(0, Math.Min(delta.Length, Math.Max(0, maxCharacters - _partialOutput.Length))));
    }

    /// <summary>What can be streamed of the output so far: not an end that may be the beginning of a secret.</summary>
    public string HoldBackLocked(string delta, SecretFilter secrets)
    {
        var text = HeldOutput + delta;
        var open = secrets.OpenEnd(text);
        HeldOutput = text[^open..];
        return text[..^open];
    }

    /// <summary>What has been streamed, up to the bound; null if nothing.</summary>
    public AgentOutput? OutputSoFarLocked() => _partialOutput is null ? null : new AgentOutput(_partialOutput.ToString());

    /// <summary>What one of its waiting activities waits for; null if none waits.</summary>
    public AgentWait? FirstOpenWaitLocked() => Body.OpenWait ?? Forks?.Find(static fork => fork.OpenWait is not null)?.OpenWait;

    /// <summary>An agent that one of its activities waits for and that has not ended.</summary>
    public AgentInstance? FirstAwaitedAgentLocked(AgentRegistry registry) =>
        Activities()
            .SelectMany(activity => (activity.AwaitedAgents ?? []).Select(registry.FindLocked).Concat(activity.AwaitedRun?.AgentsLocked ?? []))
            .FirstOrDefault(static agent => agent is { Stage: not AgentStage.Ended });

    /// <summary>Who holds what one of its activities waits for.</summary>
    public ResourceConflict? FindBlockerLocked(ResourceLockTable locks) =>
        Activities().Select(activity => activity.LockOwnerOrNull is { } owner ? locks.FindBlocker(owner) : null).FirstOrDefault(static blocker => blocker is not null);

    /// <summary>The attempt's DI scope, made on first use.</summary>
    public IServiceProvider GetServices(IServiceProvider root)
    {
        if (Volatile.Read(ref _scope) is { } existing)
        {
            return existing.Scope.ServiceProvider;
        }

        if (root.GetService<IServiceScopeFactory>() is not { } factory)
        {
            return root;
        }

        // Two activities may race; the container's own code runs under no lock of ours, and the loser's scope is still empty.
        var created = new ScopeHolder(factory.CreateAsyncScope());
        if (Interlocked.CompareExchange(ref _scope, created, null) is not { } winner)
        {
            return created.Scope.ServiceProvider;
        }

        created.Scope.Dispose();
        return winner.Scope.ServiceProvider;
    }

    /// <summary>Lets all parked activities go on.</summary>
    public void UnparkLocked(ref Outbox outbox)
    {
        if (Parked is { } parked)
        {
            Parked = null;
            ActiveActivities += parked.Count;
            foreach (var waiter in parked)
            {
                outbox.Do(waiter.SetResult);
            }
        }
    }

    /// <summary>Throws unless the attempt may start something new.</summary>
    public void ThrowIfEndedLocked()
    {
        if (Closed)
        {
            throw EndedError();
        }

        if (IsUnwinding)
        {
            throw new OperationCanceledException(Token);
        }
    }

    public InvalidOperationException EndedError() =>
        new($"This context belongs to attempt {Number} of agent {Agent.Id}, which has ended. Use a context only until RunAsync returns.");

    private IEnumerable<AgentActivity> Activities() => (Forks ?? []).Prepend(Body);

    public bool HasScope => Volatile.Read(ref _scope) is not null;

    public ValueTask DisposeScopeAsync() => Volatile.Read(ref _scope)?.Scope.DisposeAsync() ?? ValueTask.CompletedTask;

    private sealed class ScopeHolder(AsyncServiceScope scope)
    {
        public AsyncServiceScope Scope => scope;
    }
}
