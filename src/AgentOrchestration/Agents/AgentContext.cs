using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration;

/// <summary>What an agent may use while it works on its goal: made by the orchestrator for each attempt, and for each activity within it.</summary>
/// <remarks>
/// <para>Reporting members may be called from any thread. Waiting members belong to one flow of control: a second wait while one is open throws
/// <see cref="InvalidOperationException"/>; use <see cref="RunConcurrentlyAsync"/>, <see cref="WaitForAllAsync"/>, <see cref="WaitForAnyAsync"/> or
/// <c>AcquireAllAsync</c> to wait for several things at once.</para>
/// <para>Every waiting member gives the agent's slot back while it waits, is a pause point, and throws <see cref="OperationCanceledException"/> at once when the agent
/// is cancelled or runs out of time. After the attempt has ended every member throws <see cref="InvalidOperationException"/>, except the plain properties.</para>
/// </remarks>
public abstract class AgentContext
{
    private protected AgentContext()
    {
    }

    /// <summary>The agent.</summary>
    public abstract AgentId Id { get; }

    /// <summary>The run it belongs to, if any.</summary>
    public abstract RunId? RunId { get; }

    /// <summary>What it is to achieve.</summary>
    public abstract AgentGoal Goal { get; }

    /// <summary>The attempt, from 1.</summary>
    public abstract int Attempt { get; }

    /// <summary>
    /// The results of what its goal follows in its run, in order: all goals before it in a sequence, the first goal under conditions, the direct dependencies in a graph. Without those
    /// that were skipped; empty outside a run.
    /// </summary>
    public abstract IReadOnlyList<AgentResult> Inputs { get; }

    /// <summary>The names of the workers to which <see cref="DelegateAsync"/> can give work; empty unless it belongs to a run with a supervisor.</summary>
    public abstract IReadOnlyList<string> Workers { get; }

    /// <summary>The attempt's own DI scope, made on first use; without a container it resolves nothing.</summary>
    public abstract IServiceProvider Services { get; }

    /// <summary>The resource locks, acting for this activity: its waits give the slot back, and what it holds is released when the attempt ends.</summary>
    public abstract IResourceLocks Locks { get; }

    /// <summary>Locks that all processes on the store share, acting for this activity; null without a store that shares them.</summary>
    public abstract SharedLocks? SharedLocks { get; }

    /// <summary>Files that are read and changed under their locks, acting for this activity; what is written here carries this agent as its writer.</summary>
    public abstract GuardedFiles Files { get; }

    /// <summary>The knowledge that all agents of the orchestrator share; what is written here carries this agent as its author.</summary>
    public abstract IKnowledgeBase Knowledge { get; }

    /// <summary>Chooses models for what it needs; null if the orchestrator has no router. What they use is counted by <see cref="BeginModelCallAsync"/>.</summary>
    public abstract ILlmRouter? LlmRouter { get; }

    /// <summary>The user interface that agents share, acting for this activity: what it does has its element or surface to itself. Null if the orchestrator has none.</summary>
    public abstract GuardedAutomation? Automation { get; }

    /// <summary>The orchestrator's clock; delays and timeouts of agents belong on it, so that tests need not wait for real time.</summary>
    public abstract TimeProvider Time { get; }

    /// <summary>Signalled when the agent is cancelled, runs out of time or the orchestrator shuts down.</summary>
    public abstract CancellationToken CancellationToken { get; }

    /// <summary>Says where the agent is.</summary>
    /// <param name="step">What it is doing.</param>
    /// <param name="percent">The share of the work that is done, 0 to 100; null keeps the last one.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="percent"/> is not from 0 to 100.</exception>
    public abstract void Report(string step, int? percent = null);

    /// <summary>Streams a part of the output. If the attempt ends without returning an output, what was streamed is kept as partial output.</summary>
    /// <param name="delta">The part; kept up to <see cref="AgentOrchestrationOptions.MaxPartialOutputCharacters"/> in all.</param>
    public abstract void Output(string delta);

    /// <summary>Gives the agent's own verdict on one success criterion; a later one replaces it.</summary>
    /// <param name="index">Which criterion, from 0.</param>
    /// <param name="verdict">Whether it is met.</param>
    /// <param name="reason">Why, if known.</param>
    /// <exception cref="ArgumentOutOfRangeException">The goal has no such criterion.</exception>
    public abstract void ReportCriterion(int index, CriterionVerdict verdict, string? reason = null);

    /// <summary>A sign of life, for <see cref="AgentTimeouts.Idle"/>, without anything to report.</summary>
    public abstract void SignalAlive();

    /// <summary>Where the agent may be paused: completes at once, or when it is resumed. Call it between steps that must not be split.</summary>
    public abstract ValueTask PausePointAsync();

    /// <summary>The next message from the mailbox, waiting for one if there is none.</summary>
    public abstract ValueTask<AgentMessage> ReceiveAsync();

    /// <summary>The next message from the mailbox; false if there is none.</summary>
    public abstract bool TryReceive([NotNullWhen(true)] out AgentMessage? message);

    /// <summary>Spawns a child agent: it belongs to this attempt and is cancelled and awaited when the attempt ends.</summary>
    /// <param name="goal">What the child is to achieve.</param>
    /// <param name="agent">Who does it; null takes the goal's named agent.</param>
    /// <param name="lend">
    /// Guards that this activity has taken: until the child ends, through all its attempts, the child holds their resources and may take them, and what they cover, while this
    /// agent does not. Then they are this agent's again, or free if their guard was disposed meanwhile. Null lends nothing.
    /// </param>
    /// <exception cref="ArgumentException">The goal is not valid, or a guard cannot be lent: it is not held by this activity, or has a lease. The message says what.</exception>
    /// <exception cref="InvalidOperationException">This agent would keep another hold that excludes what it lends.</exception>
    /// <exception cref="GoalRefusedException">The child would be too deep, or the orchestrator takes no more goals.</exception>
    public abstract ValueTask<ChildAgent> SpawnAsync(AgentGoal goal, IAgent? agent = null, IReadOnlyList<ResourceGuard>? lend = null);

    /// <summary>
    /// Gives work to a worker of the run's supervisor: spawns a child from the worker's goal. While as many of this agent's workers as the pattern allows are under way,
    /// it waits for one of them to end.
    /// </summary>
    /// <param name="worker">The worker's name; one of <see cref="Workers"/>. It may be named again and again, and several times at once.</param>
    /// <param name="task">What it is to do; null takes the description of the worker's goal.</param>
    /// <returns>The child: wait for it, or cancel it, as for any other.</returns>
    /// <exception cref="ArgumentException">There is no worker of this name.</exception>
    /// <exception cref="InvalidOperationException">The agent does not belong to a run with a supervisor.</exception>
    /// <exception cref="GoalRefusedException">The child would be too deep, the supervisor has delegated as often as it may, or the run is stopping.</exception>
    public abstract ValueTask<ChildAgent> DelegateAsync(string worker, string? task = null);

    /// <summary>Adds goals to the agent's own run, as <c>OrchestrationRun.AddGoalsAsync</c> does. They do not belong to this agent and go on after its end.</summary>
    /// <param name="goals">The goals; all are added, or none.</param>
    /// <exception cref="ArgumentException">They do not fit the run's plan; the message says why.</exception>
    /// <exception cref="InvalidOperationException">The agent does not belong to a run that can grow.</exception>
    /// <exception cref="GoalRefusedException">The run would have too many goals, or is stopping.</exception>
    public abstract ValueTask AddGoalsAsync(IReadOnlyList<AgentGoal> goals);

    /// <summary>Waits for the end of one child.</summary>
    public abstract ValueTask<AgentResult> WaitForAsync(ChildAgent child);

    /// <summary>Waits for the end of all these children; results in their order.</summary>
    public abstract ValueTask<IReadOnlyList<AgentResult>> WaitForAllAsync(IReadOnlyList<ChildAgent> children);

    /// <summary>Waits for the end of any of these children; the first in their order that has ended.</summary>
    /// <exception cref="ArgumentException"><paramref name="children"/> is empty.</exception>
    public abstract ValueTask<AgentResult> WaitForAnyAsync(IReadOnlyList<ChildAgent> children);

    /// <summary>Cancels a child, as <see cref="IAgentOrchestrator.CancelAsync"/> does.</summary>
    public abstract Task<bool> CancelChildAsync(ChildAgent child, string? reason = null);

    /// <summary>Runs several activities at the same time, each with a context of its own, and waits for all of them.</summary>
    /// <param name="activities">The activities. If some throw, the others are awaited, then the first exception is thrown.</param>
    public abstract ValueTask RunConcurrentlyAsync(IReadOnlyList<Func<AgentContext, CancellationToken, Task>> activities);

    /// <summary>Asks the host for approval and waits for the answer; see <see cref="IAgentOrchestrator.ListApprovals"/>.</summary>
    /// <param name="action">What the agent wants to do, in words for the person who decides.</param>
    /// <param name="timeout">Longest wait; null waits as long as the agent lives.</param>
    /// <exception cref="TimeoutException">Nobody answered in time; the request is withdrawn.</exception>
    public abstract ValueTask<ApprovalAnswer> RequestApprovalAsync(string action, TimeSpan? timeout = null);

    /// <summary>What this agent and its children have used by now, over all attempts.</summary>
    public abstract AgentUsage GetUsage();

    /// <summary>What its budget and those of its ancestors have left by now, without what calls in flight have reserved; never below zero.</summary>
    public abstract AgentBudget GetRemainingBudget();

    /// <summary>
    /// Begins a call of a model: checks the budget, and reserves what the call may use. Waits while the budget is held back by calls in flight, which may not use all of it. Dispose the scope.
    /// </summary>
    /// <param name="purpose">What the call is for.</param>
    /// <param name="estimate">What is known of it.</param>
    /// <exception cref="BudgetExceededException">The budget of this agent or of an ancestor does not allow the call.</exception>
    /// <exception cref="InvalidOperationException">A budget limits cost, and the call has no price.</exception>
    public abstract ValueTask<ModelCallScope> BeginModelCallAsync(LlmPurpose purpose, ModelCallEstimate estimate);

    /// <summary>
    /// Runs a tool as the orchestrator wants it: within the budget, approved if it needs that, with its resources locked, with one of the
    /// <see cref="AgentOrchestrationOptions.MaxConcurrentTools"/> permits, its result bounded, and recorded as events. For tools at the same time see <see cref="RunConcurrentlyAsync"/>.
    /// </summary>
    /// <param name="call">Which tool, and what it needs.</param>
    /// <param name="run">Runs it, with this context and a token that is signalled with the agent's or when the time of a budget is over. What it throws is recorded and thrown on.</param>
    /// <param name="cancellationToken">Ends the call alone: its waits, and what runs.</param>
    /// <returns>What it returned; or that it was refused, and why.</returns>
    /// <exception cref="BudgetExceededException">The budget of this agent or of an ancestor does not allow the call, or its time was over before it returned.</exception>
    public abstract ValueTask<ToolCallResult> RunToolAsync(ToolCall call, Func<AgentContext, CancellationToken, ValueTask<string>> run, CancellationToken cancellationToken = default);

    /// <summary>
    /// Names the tool or step that this activity is running, the same when it is run again after a crash: what it changes elsewhere can carry it, so that the second time is recognised. Null outside of
    /// tools and steps.
    /// </summary>
    public abstract string? OperationKey { get; }

    /// <summary>
    /// Does something whose value must not be had twice, such as a call to a service. With a store, the value is kept before this completes, and an attempt that goes on after a crash is given it
    /// instead of doing it again. A step that was under way at the crash is done again, under the same <see cref="OperationKey"/>. Without a store it is just done. An attempt after a failed one begins anew.
    /// </summary>
    /// <typeparam name="T">The value.</typeparam>
    /// <param name="name">What it is, in words; not blank, and not content. Tells a step from another one that changed code does in its place.</param>
    /// <param name="run">Does it, with this context and a token that is signalled with the agent's. What it throws is not kept.</param>
    /// <param name="typeInfo">How to serialise the value.</param>
    /// <param name="cancellationToken">Ends the step alone.</param>
    /// <exception cref="StoreException">The value could not be kept; the agent is ending.</exception>
    public abstract ValueTask<T> RunStepAsync<T>(string name, Func<AgentContext, CancellationToken, ValueTask<T>> run, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default);

    /// <summary>Whether there is a store, so that steps are kept.</summary>
    public abstract bool IsDurable { get; }

    /// <summary>Keeps a value from which a later attempt can continue; the last one saved counts. With a store it is kept for good when this completes.</summary>
    /// <param name="checkpoint">The value; it is serialised at once.</param>
    /// <param name="typeInfo">How to serialise it.</param>
    public abstract ValueTask SaveCheckpointAsync<T>(T checkpoint, JsonTypeInfo<T> typeInfo);

    /// <inheritdoc cref="SaveCheckpointAsync{T}(T, JsonTypeInfo{T})"/>
    [RequiresUnreferencedCode("Pass a JsonTypeInfo<T> where the app is trimmed.")]
    [RequiresDynamicCode("Pass a JsonTypeInfo<T> where the app is compiled ahead of time.")]
    public abstract ValueTask SaveCheckpointAsync<T>(T checkpoint);

    /// <summary>The last value saved by this or an earlier attempt; <c>default</c> if there is none.</summary>
    /// <param name="typeInfo">How to deserialise it.</param>
    /// <exception cref="System.Text.Json.JsonException">The saved value is of another shape.</exception>
    public abstract ValueTask<T?> LoadCheckpointAsync<T>(JsonTypeInfo<T> typeInfo);

    /// <inheritdoc cref="LoadCheckpointAsync{T}(JsonTypeInfo{T})"/>
    [RequiresUnreferencedCode("Pass a JsonTypeInfo<T> where the app is trimmed.")]
    [RequiresDynamicCode("Pass a JsonTypeInfo<T> where the app is compiled ahead of time.")]
    public abstract ValueTask<T?> LoadCheckpointAsync<T>();
}
