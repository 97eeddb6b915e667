using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AgentOrchestration.Automation;
using AgentOrchestration.Durability;
using AgentOrchestration.Knowledge;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Scheduling;

/// <summary>One flow of control of an attempt: the body, or one that it forked. It is the context that the agent's code sees.</summary>
internal sealed class AgentActivity(Attempt attempt, AgentActivity? parent) : AgentContext
{
    private static readonly AsyncLocal<AgentActivity?> CurrentActivity = new();

    private ActivityLockOwner? _lockOwner;
    private GuardedAutomation? _automation;
    private SharedLocks? _sharedLocks;
    private AutomationCaller? _automationCaller;
    private TaskCompletionSource? _waitOver;
    private bool _hasWait;
    private string? _path;
    private int _steps;
    private int? _recordedSteps;
    private string? _openStep;

    /// <summary>The activity in whose flow of control the caller is, if any.</summary>
    public static AgentActivity? Current
    {
        get => CurrentActivity.Value;
        set => CurrentActivity.Value = value;
    }

    public Attempt AttemptOfActivity => attempt;

    public AgentInstance Agent => attempt.Agent;

    public AgentActivity? Parent => parent;

    /// <summary>What it waits for; belongs to the scheduler's gate.</summary>
    public AgentWait? OpenWait { get; set; }

    /// <summary>Whether a wait it began has not let it go on yet: longer than <see cref="OpenWait"/> if it lacks a slot at the end.</summary>
    public bool HasWait => Volatile.Read(ref _hasWait);

    /// <summary>Whether it waits, or joins activities that it forked: then its code may not return.</summary>
    public bool IsBusy => HasWait || IsJoining;

    /// <summary>Whether it joins activities that it forked; belongs to the scheduler's gate.</summary>
    public bool IsJoining { get; set; }

    /// <summary>The tool that it runs, if it runs one; written in its own flow.</summary>
    public RunningTool? Tool { get; set; }

    /// <summary>Ends when the activities it last forked have ended.</summary>
    public Task? Join { get; set; }

    /// <summary>Completes when the activity may go on after a wait whose end it has not heard of yet; belongs to the scheduler's gate.</summary>
    public Task? Readmission { get; set; }

    /// <summary>The agents it waits for, if any; belongs to the scheduler's gate.</summary>
    public IReadOnlyList<AgentId>? AwaitedAgents { get; set; }

    /// <summary>The run it waits for, if any.</summary>
    public PlannedRun? AwaitedRun { get; set; }

    /// <summary>The activity's owner of locks, made when it first uses them.</summary>
    public ActivityLockOwner LockOwner => LockOwnerOrNull ?? CreateLockOwner();

    public ActivityLockOwner? LockOwnerOrNull => Volatile.Read(ref _lockOwner);

    /// <summary>The step of its parent that forked it, and its place among those.</summary>
    public (int Number, int Index) Step { get; init; }

    /// <summary>Where it was forked; empty for the body. Part of the keys of its steps.</summary>
    public string Path => _path ??= parent is null ? "" : StepKey.Fork(parent.Path, Step.Number, Step.Index);

    public override string? OperationKey => _openStep is { } step ? $"{Id}:{step}" : null;

    /// <summary>What the store has of this attempt; null if it began here.</summary>
    public RecordedAgent? Recorded => Agent.Extras?.Recorded is { IsInAttempt: true } recorded && recorded.Attempts == attempt.Number ? recorded : null;

    public override AgentId Id => Agent.Id;

    public override RunId? RunId => Agent.Origin.RunIdOrNull;

    public override AgentGoal Goal => Agent.Goal;

    public override int Attempt => attempt.Number;

    public override IReadOnlyList<AgentResult> Inputs => Agent.Member?.Inputs ?? [];

    public override IReadOnlyList<string> Workers => Agent.PlannedRun?.Workers ?? [];

    public override IServiceProvider Services => Scheduler.Waits.EnsureOpen(attempt).GetServices(Scheduler.Services);

    public override IResourceLocks Locks => field ??= new OwnedLocks(Scheduler.Locks, LockOwner);

    public override SharedLocks? SharedLocks => _sharedLocks ??= Scheduler.SharedHolds is { } holds ? new SharedLocks(holds, Scheduler.Locks, Scheduler.Time, () => LockOwner) : null;

    public override GuardedFiles Files => field ??= new GuardedFiles(Scheduler.Files, () => LockOwner);

    public override IKnowledgeBase Knowledge => field ??= new AuthoredKnowledgeBase(Scheduler.Knowledge, Agent.Id, Agent.Name);

    public override GuardedAutomation? Automation => _automation ??= Scheduler.Automation is { } adapter ? new GuardedAutomation(adapter, Scheduler.Locks, Scheduler.Time, AsAutomationCaller) : null;

    public override ILlmRouter? LlmRouter => Scheduler.LlmRouter;

    public override TimeProvider Time => Scheduler.Time;

    public override CancellationToken CancellationToken => attempt.Token;

    private AgentScheduler Scheduler => attempt.Agent.Scheduler;

    /// <summary>This activity, as one that does something to the user interface.</summary>
    public AutomationCaller AsAutomationCaller() => _automationCaller ??= new AutomationCaller(LockOwner, SignalAlive, RecordAction);

    public override void Report(string step, int? percent = null)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (percent is < 0 or > 100)
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "A share of the work is from 0 to 100 percent.");
        }

        Scheduler.Reports.Progress(attempt, step, percent);
    }

    public override void Output(string delta)
    {
        ArgumentNullException.ThrowIfNull(delta);
        Scheduler.Reports.Output(attempt, delta);
    }

    public override void ReportCriterion(int index, CriterionVerdict verdict, string? reason = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Goal.SuccessCriteria.Count);
        Scheduler.Reports.Criterion(attempt, index, new CriterionResult(Goal.SuccessCriteria[index], verdict, reason));
    }

    public override void SignalAlive() => Scheduler.Waits.EnsureOpen(attempt);

    public override ValueTask PausePointAsync() => Scheduler.Waits.PausePointAsync(this);

    public override ValueTask<AgentMessage> ReceiveAsync() => Scheduler.Mail.ReceiveAsync(this);

    public override bool TryReceive([NotNullWhen(true)] out AgentMessage? message) => Scheduler.Mail.TryReceive(this, out message);

    public override ValueTask<ChildAgent> SpawnAsync(AgentGoal goal, IAgent? agent = null, IReadOnlyList<ResourceGuard>? lend = null)
    {
        Scheduler.Waits.EnsureOpen(attempt);
        var key = NextStep();
        var loan = lend is { Count: > 0 } ? new GuardLoan(lend, LockOwner) : (GuardLoan?)null;
        var child = Scheduler.Recall.FindChild(this, key, goal, agent, loan) ?? ChildOf(Scheduler.Intake.Accept(goal, agent, attempt, loan, key));
        return Scheduler.AcknowledgeAsync(child);
    }

    private void RecordAction(PerformedAction performed) => Scheduler.Reports.Record(
        attempt,
        new AutomationPerformed(0, default, performed.Action.Kind, performed.Action.Surface, performed.Action.Target?.Selector, performed.Succeeded, performed.Error, performed.Waited, performed.Duration));

    public ChildAgent ChildOf(AgentInstance child) => new(child.Id, Id, child.Completion);

    public override ValueTask<ChildAgent> DelegateAsync(string worker, string? task = null)
    {
        ArgumentNullException.ThrowIfNull(worker);
        Scheduler.Waits.EnsureOpen(attempt);
        return Agent.PlannedRun is { } run
            ? run.DelegateAsync(this, worker, task)
            : throw new InvalidOperationException($"Agent {Id} does not belong to a run with a supervisor, so it has no workers; spawn children with SpawnAsync.");
    }

    public override ValueTask AddGoalsAsync(IReadOnlyList<AgentGoal> goals)
    {
        ArgumentNullException.ThrowIfNull(goals);
        Scheduler.Waits.EnsureOpen(attempt);
        if (Agent.PlannedRun is not { } run)
        {
            throw new InvalidOperationException($"Agent {Id} does not belong to a run of a plan, so there is nothing to add goals to; spawn children with SpawnAsync.");
        }

        Scheduler.Recall.AddGoals(this, NextStep(), run, goals);
        return Scheduler.AcknowledgeAsync();
    }

    public override async ValueTask<AgentResult> WaitForAsync(ChildAgent child) => (await WaitForAllAsync([child]).ConfigureAwait(false))[0];

    public override async ValueTask<IReadOnlyList<AgentResult>> WaitForAllAsync(IReadOnlyList<ChildAgent> children)
    {
        ThrowIfNotOwn(children);
        var all = Task.WhenAll(children.Select(static child => child.Completion));
        await WaitForAgentsAsync([.. children.Select(static child => child.Id)], all, needsAll: true).ConfigureAwait(false);
        return await all.ConfigureAwait(false);
    }

    public override async ValueTask<AgentResult> WaitForAnyAsync(IReadOnlyList<ChildAgent> children)
    {
        ThrowIfNotOwn(children);
        if (children.Count == 0)
        {
            throw new ArgumentException("Name at least one child to wait for.", nameof(children));
        }

        await WaitForAgentsAsync([.. children.Select(static child => child.Id)], Task.WhenAny(children.Select(static child => child.Completion)), needsAll: false).ConfigureAwait(false);
        return await children.First(static child => child.Completion.IsCompleted).Completion.ConfigureAwait(false);
    }

    public override Task<bool> CancelChildAsync(ChildAgent child, string? reason = null)
    {
        ThrowIfNotOwn([child]);
        return Task.FromResult(Scheduler.Endings.Cancel(child.Id, reason));
    }

    public override ValueTask RunConcurrentlyAsync(IReadOnlyList<Func<AgentContext, CancellationToken, Task>> activities)
    {
        ArgumentNullException.ThrowIfNull(activities);
        foreach (var activity in activities)
        {
            ArgumentNullException.ThrowIfNull(activity, nameof(activities));
        }

        return Scheduler.Waits.ForkAndJoinAsync(this, activities);
    }

    public override ValueTask<ApprovalAnswer> RequestApprovalAsync(string action, TimeSpan? timeout = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(action);
        if (timeout is { } limit)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero, nameof(timeout));
        }

        return Scheduler.Approvals.RequestAsync(this, action, NextStep(), timeout, CancellationToken);
    }

    public override bool IsDurable => Scheduler.Journal is not null || Recorded is not null;

    public override AgentUsage GetUsage() => Scheduler.AccountOf(Agent).Used(Time.GetTimestamp());

    public override AgentBudget GetRemainingBudget() => Scheduler.AccountOf(Agent).Left(Time.GetTimestamp());

    public override async ValueTask<ModelCallScope> BeginModelCallAsync(LlmPurpose purpose, ModelCallEstimate estimate)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(estimate.InputTokens, nameof(estimate));
        if (estimate.MaxOutputTokens < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(estimate), estimate.MaxOutputTokens, "The output limit of a call is at least 1 token; null leaves it to the budget.");
        }

        while (true)
        {
            await PausePointAsync().ConfigureAwait(false);
            if (Scheduler.AccountOf(Agent).OpenModelCall(Id, estimate, CancellationToken, out var room) is { } call)
            {
                return new OpenModelCall(this, call, purpose);
            }

            await WaitAsync(AgentWaitKind.Budget, target: null, room!.WaitAsync(CancellationToken)).ConfigureAwait(false);
        }
    }

    public override ValueTask<ToolCallResult> RunToolAsync(ToolCall call, Func<AgentContext, CancellationToken, ValueTask<string>> run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentException.ThrowIfNullOrWhiteSpace(call.Tool, nameof(call));
        ArgumentNullException.ThrowIfNull(call.Resources, nameof(call));
        ArgumentOutOfRangeException.ThrowIfLessThan(call.MaxResultCharacters, 1, nameof(call));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(call.ApprovalTimeout ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(call));
        return Scheduler.Tools.RunAsync(this, call, run, cancellationToken);
    }

    public override ValueTask<T> RunStepAsync<T>(string name, Func<AgentContext, CancellationToken, ValueTask<T>> run, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(typeInfo);
        return Scheduler.Steps.RunAsync(this, name, run, typeInfo, cancellationToken);
    }

    public override ValueTask SaveCheckpointAsync<T>(T checkpoint, JsonTypeInfo<T> typeInfo) =>
        Scheduler.Reports.SaveCheckpointAsync(this, JsonSerializer.SerializeToUtf8Bytes(checkpoint, typeInfo));

    [RequiresUnreferencedCode("Pass a JsonTypeInfo<T> where the app is trimmed.")]
    [RequiresDynamicCode("Pass a JsonTypeInfo<T> where the app is compiled ahead of time.")]
    public override ValueTask SaveCheckpointAsync<T>(T checkpoint) =>
        Scheduler.Reports.SaveCheckpointAsync(this, JsonSerializer.SerializeToUtf8Bytes(checkpoint));

    public override ValueTask<T?> LoadCheckpointAsync<T>(JsonTypeInfo<T> typeInfo)
        where T : default =>
        ValueTask.FromResult(Scheduler.Reports.LoadCheckpoint(this) is { } saved ? JsonSerializer.Deserialize(saved, typeInfo) : default);

    [RequiresUnreferencedCode("Pass a JsonTypeInfo<T> where the app is trimmed.")]
    [RequiresDynamicCode("Pass a JsonTypeInfo<T> where the app is compiled ahead of time.")]
    public override ValueTask<T?> LoadCheckpointAsync<T>()
        where T : default =>
        ValueTask.FromResult(Scheduler.Reports.LoadCheckpoint(this) is { } saved ? JsonSerializer.Deserialize<T>(saved) : default);

    /// <summary>The key of what it does next: the same for code that does the same again after a crash.</summary>
    public string NextStep() => KeyOf(NextStepNumber());

    /// <summary>As <see cref="NextStep"/>, where the key may not be needed.</summary>
    public int NextStepNumber() => Interlocked.Increment(ref _steps) - 1;

    public string KeyOf(int step) => StepKey.Of(attempt.Number, Path, step);

    /// <summary>What it does until the result is disposed is within this step: has keys below that of the step, so that the steps after it have the same keys whether it runs or is recalled.</summary>
    public OpenStep Enter(int step)
    {
        var open = new OpenStep(this, _path, _steps, _openStep, _recordedSteps);
        var key = KeyOf(step);
        _openStep = key;
        _path = StepKey.Within(Path, step);
        _steps = 0;
        _recordedSteps = null;
        return open;
    }

    /// <summary>The number of its next step.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>It goes on from a checkpoint: what it does next has the keys that it had after that.</summary>
    public void ContinueAt(int steps) => Volatile.Write(ref _steps, steps);

    /// <summary>Whether it did more than this before the crash.</summary>
    public bool IsBehindRecord(RecordedAgent recorded) =>
        Steps < (_recordedSteps ??= recorded.Operations.Keys.Concat(recorded.Children.Keys).Concat(recorded.Runs.Keys).Max(key => StepKey.NumberOf(key, attempt.Number, Path)) + 1 ?? 0);

    public void WaitBegan() => Volatile.Write(ref _hasWait, true);

    public void WaitEnded()
    {
        Volatile.Write(ref _hasWait, false);
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _waitOver)?.TrySetResult();
    }

    /// <summary>Completes when the wait that it left behind is over, its last moments without a slot included.</summary>
    public Task WhenWaitOver()
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        over = Interlocked.CompareExchange(ref _waitOver, over, null) ?? over;

        // Either this sees that the wait has ended, or its end, which is written before it looks, sees the source.
        if (!HasWait)
        {
            over.TrySetResult();
        }

        return over.Task;
    }

    /// <summary>Waits without a slot until the task has completed, and then for a slot to go on. The outcome is that of the task, or the agent's cancellation.</summary>
    /// <param name="kind">For what.</param>
    /// <param name="target">Which one.</param>
    /// <param name="condition">Completes soon after the agent's token is signalled.</param>
    /// <param name="edge">Its edge in the wait-for graph, if it waits for other agents; <paramref name="condition"/> takes it out again.</param>
    public ValueTask WaitAsync(AgentWaitKind kind, string? target, Task condition, PartyWait? edge = null) =>
        Tool is { } tool ? WaitWithinToolAsync(tool, kind, target, condition, edge) : WaitWithoutToolAsync(kind, target, condition, edge);

    /// <summary>Lets the tool stand still while it joins the activities that it forked.</summary>
    public async ValueTask JoinAsync(Task join)
    {
        if (Tool is not { } tool)
        {
            await join.ConfigureAwait(false);
            return;
        }

        tool.Suspend();
        try
        {
            await join.ConfigureAwait(false);
        }
        finally
        {
            if (!attempt.IsUnwinding)
            {
                await Scheduler.Tools.ResumeAsync(this, tool).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask WaitWithinToolAsync(RunningTool tool, AgentWaitKind kind, string? target, Task condition, PartyWait? edge)
    {
        tool.Suspend();
        try
        {
            await WaitWithoutToolAsync(kind, target, condition, edge).ConfigureAwait(false);
        }
        finally
        {
            if (!attempt.IsUnwinding)
            {
                await Scheduler.Tools.ResumeAsync(this, tool).ConfigureAwait(false);
            }
        }
    }

    /// <summary>As <see cref="WaitAsync"/>, but the tool, if the activity runs one, does not take part.</summary>
    public async ValueTask WaitWithoutToolAsync(AgentWaitKind kind, string? target, Task condition, PartyWait? edge = null)
    {
        try
        {
            Scheduler.Waits.Begin(this, kind, target, edge);
        }
        catch
        {
            // Nobody will await it any more, and what it ends with is nobody's.
            _ = condition.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }

        var mayGoOn = false;
        try
        {
            await condition.ConfigureAwait(false);
        }
        finally
        {
            mayGoOn = await Scheduler.Waits.EndAsync(this).ConfigureAwait(false);
        }

        if (!mayGoOn)
        {
            throw new OperationCanceledException(CancellationToken);
        }
    }

    /// <summary>Waits for agents to end, unless they have.</summary>
    /// <param name="agents">The agents.</param>
    /// <param name="ended">Completes when they have ended, or enough of them.</param>
    /// <param name="needsAll">Whether all of them must end, or one is enough; null if they are bound to end, so that the wait is no part of a deadlock.</param>
    /// <exception cref="ResourceDeadlockException">They wait, directly or over several, for this agent.</exception>
    public async ValueTask WaitForAgentsAsync(IReadOnlyList<AgentId> agents, Task ended, bool? needsAll)
    {
        if (ended.IsCompleted)
        {
            await PausePointAsync().ConfigureAwait(false);
            return;
        }

        AwaitedAgents = agents;
        try
        {
            var edge = needsAll is { } all ? Scheduler.Waits.EdgeTo(Agent, agents, all) : null;
            var condition = edge is null ? ended.WaitAsync(CancellationToken) : EndedOrRefusedAsync(edge, ended);
            await WaitAsync(AgentWaitKind.Child, agents.Count == 1 ? agents[0].ToString() : $"{agents.Count} children", condition, edge).ConfigureAwait(false);
        }
        finally
        {
            AwaitedAgents = null;
        }
    }

    private async Task EndedOrRefusedAsync(ChildWait edge, Task ended)
    {
        try
        {
            await (await Task.WhenAny(ended, edge.Refused).WaitAsync(CancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            Scheduler.Locks.EndWait(edge);
        }
    }

    /// <summary>Waits for the end of a run that this attempt started.</summary>
    /// <exception cref="ResourceDeadlockException">All its agents wait, directly or over several, for this agent.</exception>
    public async ValueTask WaitForRunAsync(PlannedRun run)
    {
        if (run.Ended.IsCompleted)
        {
            await PausePointAsync().ConfigureAwait(false);
            return;
        }

        AwaitedRun = run;
        try
        {
            var edge = Scheduler.RunWaits.EdgeTo(Agent, run);
            await WaitAsync(AgentWaitKind.Child, run.Trace.Id.ToString(), EndedOrRefusedAsync(edge, run.Ended), edge).ConfigureAwait(false);
        }
        finally
        {
            AwaitedRun = null;
        }
    }

    // Under the gate, so that none appears after the attempt has released what its owners held.
    private ActivityLockOwner CreateLockOwner()
    {
        LockOwner? parentOwner = parent?.LockOwner;
        Scheduler.Waits.EnsureOpen(attempt);
        lock (Scheduler.Gate)
        {
            if (attempt.Closed)
            {
                throw attempt.EndedError();
            }

            return _lockOwner ??= new ActivityLockOwner(this, parentOwner ?? Agent.Extras?.Claims ?? Agent.Extras?.Loans, Agent.EnsureParty());
        }
    }

    private void ThrowIfNotOwn(IReadOnlyList<ChildAgent> children)
    {
        ArgumentNullException.ThrowIfNull(children);
        foreach (var child in children)
        {
            if (child.ParentId != Id)
            {
                throw new ArgumentException($"Agent {child.Id} is not a child of agent {Id}; an agent can only wait for and cancel its own children.", nameof(children));
            }
        }
    }

    /// <summary>A step that the activity is within.</summary>
    internal readonly struct OpenStep(AgentActivity activity, string? path, int steps, string? step, int? recordedSteps) : IDisposable
    {
        public void Dispose() => (activity._path, activity._steps, activity._openStep, activity._recordedSteps) = (path, steps, step, recordedSteps);
    }
}
