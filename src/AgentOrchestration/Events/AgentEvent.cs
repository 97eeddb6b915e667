using System.Text.Json.Serialization;
using AgentOrchestration.Events;

namespace AgentOrchestration;

/// <summary>
/// One thing that happened: immutable, numbered in the one order of its orchestrator. Closed: the cases that come with it are all there are, and no other
/// assembly can add one. As JSON (<see cref="AgentEventJson"/>) each has its kind in <c>type</c> and its members in snake case. <see cref="ToString"/> prints no content.
/// </summary>
/// <param name="Sequence">Its number: consecutive, from 1, in one order for all events of an orchestrator. 0 until it is published.</param>
/// <param name="Timestamp">When it happened, on the orchestrator's <see cref="TimeProvider"/>.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(AgentSpawned), AgentSpawned.Kind)]
[JsonDerivedType(typeof(AgentQueued), AgentQueued.Kind)]
[JsonDerivedType(typeof(AgentStarted), AgentStarted.Kind)]
[JsonDerivedType(typeof(AgentWaiting), AgentWaiting.Kind)]
[JsonDerivedType(typeof(AgentContinued), AgentContinued.Kind)]
[JsonDerivedType(typeof(AgentPaused), AgentPaused.Kind)]
[JsonDerivedType(typeof(AgentResumed), AgentResumed.Kind)]
[JsonDerivedType(typeof(AgentRetrying), AgentRetrying.Kind)]
[JsonDerivedType(typeof(AgentStalled), AgentStalled.Kind)]
[JsonDerivedType(typeof(AgentProgressed), AgentProgressed.Kind)]
[JsonDerivedType(typeof(AgentOutputProduced), AgentOutputProduced.Kind)]
[JsonDerivedType(typeof(AgentCriterionReported), AgentCriterionReported.Kind)]
[JsonDerivedType(typeof(AgentMessageAccepted), AgentMessageAccepted.Kind)]
[JsonDerivedType(typeof(ModelRouted), ModelRouted.Kind)]
[JsonDerivedType(typeof(ModelCallEnded), ModelCallEnded.Kind)]
[JsonDerivedType(typeof(ToolCallStarted), ToolCallStarted.Kind)]
[JsonDerivedType(typeof(ToolCallEnded), ToolCallEnded.Kind)]
[JsonDerivedType(typeof(AutomationPerformed), AutomationPerformed.Kind)]
[JsonDerivedType(typeof(ApprovalRequested), ApprovalRequested.Kind)]
[JsonDerivedType(typeof(ApprovalAnswered), ApprovalAnswered.Kind)]
[JsonDerivedType(typeof(AgentCompleted), AgentCompleted.Kind)]
[JsonDerivedType(typeof(AgentFailed), AgentFailed.Kind)]
[JsonDerivedType(typeof(AgentCancelled), AgentCancelled.Kind)]
[JsonDerivedType(typeof(RunStarted), RunStarted.Kind)]
[JsonDerivedType(typeof(RunGrown), RunGrown.Kind)]
[JsonDerivedType(typeof(RunConditionJudged), RunConditionJudged.Kind)]
[JsonDerivedType(typeof(RunGoalSkipped), RunGoalSkipped.Kind)]
[JsonDerivedType(typeof(RunStopping), RunStopping.Kind)]
[JsonDerivedType(typeof(RunCompleted), RunCompleted.Kind)]
[JsonDerivedType(typeof(AgentsEvicted), AgentsEvicted.Kind)]
[JsonDerivedType(typeof(LockWaiting), LockWaiting.Kind)]
[JsonDerivedType(typeof(LockGranted), LockGranted.Kind)]
[JsonDerivedType(typeof(LockAbandoned), LockAbandoned.Kind)]
[JsonDerivedType(typeof(LockLost), LockLost.Kind)]
[JsonDerivedType(typeof(LockReleased), LockReleased.Kind)]
[JsonDerivedType(typeof(DeadlockRefused), DeadlockRefused.Kind)]
[JsonDerivedType(typeof(EventsMissed), EventsMissed.Kind)]
public abstract record AgentEvent(long Sequence, [property: JsonPropertyOrder(-4)] DateTimeOffset Timestamp)
{
    /// <summary>Its number: consecutive, from 1, in one order for all events of an orchestrator. 0 until it is published.</summary>
    // The log numbers an event under its gate at the moment of publication, when nobody else can have seen it.
    [JsonPropertyOrder(-5)]
    public long Sequence { get; internal set; } = Sequence;

    /// <summary>The agent it is about; null where it is about none or several.</summary>
    [JsonPropertyOrder(-3)]
    public AgentId? AgentId
    {
        get => Origin?.AgentIdOrNull;
        init => Origin = value is { } id ? AgentOrigin.Of(id, RunId ?? default, ParentId ?? default) : Origin;
    }

    /// <summary>The run that agent belongs to, or that the event itself is about; null if there is none.</summary>
    [JsonPropertyOrder(-2)]
    public RunId? RunId
    {
        get => Origin?.RunIdOrNull;
        init => Origin = value is { } id ? AgentOrigin.Of(AgentId ?? default, id, ParentId ?? default) : Origin;
    }

    /// <summary>The agent that spawned that agent; null if the host did.</summary>
    [JsonPropertyOrder(-1)]
    public AgentId? ParentId
    {
        get => Origin?.ParentIdOrNull;
        init => Origin = value is { } id ? AgentOrigin.Of(AgentId ?? default, RunId ?? default, id) : Origin;
    }

    /// <summary>The ids above, shared by all events of one agent: three words less for each event.</summary>
    [JsonIgnore]
    internal AgentOrigin? Origin { get; init; }

    /// <summary>Its kind, as in the <c>type</c> of its JSON form, such as <c>agent:spawned</c>.</summary>
    [JsonIgnore]
    public string EventKind => KindName;

    /// <summary>Whether it is the last event of its agent.</summary>
    [JsonIgnore]
    public bool IsTerminal => this is AgentCompleted or AgentFailed or AgentCancelled;

    /// <summary>Number, kind, and agent or run, no content.</summary>
    public sealed override string ToString() =>
        AgentId is { } agent ? $"#{Sequence} {EventKind} {agent}" : RunId is { } run ? $"#{Sequence} {EventKind} {run}" : $"#{Sequence} {EventKind}";

    // Not public and abstract: a type in another assembly cannot implement it, so the hierarchy stays closed.
    private protected abstract string KindName { get; }
}

/// <summary>A goal was accepted and has its agent.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Goal">The goal.</param>
/// <param name="Name">The goal's name, or else the agent's.</param>
public sealed record AgentSpawned(long Sequence, DateTimeOffset Timestamp, AgentGoal Goal, string Name) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:spawned";

    /// <summary>The registered agent that does it; null if the agent was handed over, so that nobody else can find it.</summary>
    public string? Agent { get; init; }

    /// <summary>Whether it was accepted by an earlier process, and goes on here under its id from what the store has of it.</summary>
    public bool IsRestored { get; init; }

    private protected override string KindName => Kind;
}

/// <summary>What the agent waits for before it can start, or start again, has changed: from its group, what its goal claims or its retry interval to the next of these, or to a slot.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Wait">For what it waits now.</param>
public sealed record AgentQueued(long Sequence, DateTimeOffset Timestamp, AgentWait Wait) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:queued";

    private protected override string KindName => Kind;
}

/// <summary>An attempt started; the agent runs.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Attempt">Which attempt, from 1.</param>
public sealed record AgentStarted(long Sequence, DateTimeOffset Timestamp, int Attempt) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:started";

    private protected override string KindName => Kind;
}

/// <summary>The agent gave its slot back and waits.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Wait">For what.</param>
public sealed record AgentWaiting(long Sequence, DateTimeOffset Timestamp, AgentWait Wait) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:waiting";

    private protected override string KindName => Kind;
}

/// <summary>The agent has a slot again and runs on after a wait or a pause.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
public sealed record AgentContinued(long Sequence, DateTimeOffset Timestamp) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:continued";

    private protected override string KindName => Kind;
}

/// <summary>No activity of the agent runs any more, as was asked.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
public sealed record AgentPaused(long Sequence, DateTimeOffset Timestamp) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:paused";

    private protected override string KindName => Kind;
}

/// <summary>The agent was resumed and is where it was, or waits for a slot to be there.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="State">Idle or Waiting.</param>
/// <param name="Wait">What it waits for.</param>
public sealed record AgentResumed(long Sequence, DateTimeOffset Timestamp, AgentState State, AgentWait? Wait) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:resumed";

    private protected override string KindName => Kind;
}

/// <summary>An attempt failed and another one follows.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Attempt">The attempt that failed, from 1.</param>
/// <param name="Delay">The interval before the next one.</param>
public sealed record AgentRetrying(long Sequence, DateTimeOffset Timestamp, AgentError Error, int Attempt, TimeSpan Delay) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:retrying";

    private protected override string KindName => Kind;
}

/// <summary>The agent holds a slot and has given no sign of life for a while. It goes on; raised again after each further such while.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Silence">For how long.</param>
public sealed record AgentStalled(long Sequence, DateTimeOffset Timestamp, TimeSpan Silence) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:stalled";

    private protected override string KindName => Kind;
}

/// <summary>The agent reported where it is.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Step">What it is doing.</param>
/// <param name="Percent">The share of the work that is done, 0 to 100.</param>
public sealed record AgentProgressed(long Sequence, DateTimeOffset Timestamp, string Step, int Percent) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:progress";

    private protected override string KindName => Kind;
}

/// <summary>The agent streamed a part of its output.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Delta">The part.</param>
public sealed record AgentOutputProduced(long Sequence, DateTimeOffset Timestamp, string Delta) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:output";

    private protected override string KindName => Kind;
}

/// <summary>A success criterion was judged.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Index">Which one, from 0.</param>
/// <param name="Criterion">The verdict.</param>
public sealed record AgentCriterionReported(long Sequence, DateTimeOffset Timestamp, int Index, CriterionResult Criterion) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:criterion";

    private protected override string KindName => Kind;
}

/// <summary>A message is in the agent's mailbox.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Message">The message.</param>
public sealed record AgentMessageAccepted(long Sequence, DateTimeOffset Timestamp, AgentMessage Message) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:message";

    private protected override string KindName => Kind;
}

/// <summary>A router chose the client that is to answer a call of a model.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Purpose">What the call is for.</param>
/// <param name="Route">The choice.</param>
public sealed record ModelRouted(long Sequence, DateTimeOffset Timestamp, LlmPurpose Purpose, LlmRoute Route) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "model:routed";

    private protected override string KindName => Kind;
}

/// <summary>A call of a model ended.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Purpose">What the call was for.</param>
/// <param name="Client">The client that was chosen last; null if the router did not say.</param>
/// <param name="Succeeded">Whether the model answered.</param>
/// <param name="Usage">Tokens and cost of this call.</param>
/// <param name="Duration">From its start.</param>
public sealed record ModelCallEnded(long Sequence, DateTimeOffset Timestamp, LlmPurpose Purpose, string? Client, bool Succeeded, AgentUsage Usage, TimeSpan Duration)
    : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "model:ended";

    private protected override string KindName => Kind;
}

/// <summary>A tool runs for the agent: it was approved if it needs that, and has its resources and its permit.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="CallId">The call.</param>
/// <param name="Tool">The tool's name.</param>
/// <param name="Arguments">What it was called with, if that was said; cut if it was too long.</param>
public sealed record ToolCallStarted(long Sequence, DateTimeOffset Timestamp, string CallId, string Tool, string? Arguments) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "tool:started";

    private protected override string KindName => Kind;
}

/// <summary>A call of a tool ended, or was refused before it started.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="CallId">The call.</param>
/// <param name="Tool">The tool's name.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Result">What it returned, or why it was refused; null if it threw.</param>
/// <param name="IsCut">Whether the result was cut.</param>
/// <param name="Duration">From its start, waits within it included.</param>
public sealed record ToolCallEnded(long Sequence, DateTimeOffset Timestamp, string CallId, string Tool, ToolCallOutcome Outcome, string? Result, bool IsCut, TimeSpan Duration)
    : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "tool:ended";

    private protected override string KindName => Kind;
}

/// <summary>An action on a user interface ended. It names what was done and where, not what was typed or seen.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Action">What was to be done.</param>
/// <param name="Surface">The surface.</param>
/// <param name="Element">The element's selector; null where it was done to the surface as a whole.</param>
/// <param name="Succeeded">Whether it was done.</param>
/// <param name="Error">Why not; null if it was done, cancelled, or refused as a deadlock.</param>
/// <param name="Waited">How long it waited for its element to appear and for other agents.</param>
/// <param name="Duration">How long it took in all.</param>
public sealed record AutomationPerformed(
    long Sequence, DateTimeOffset Timestamp, UiActionKind Action, string Surface, string? Element, bool Succeeded, AutomationErrorKind? Error, TimeSpan Waited, TimeSpan Duration)
    : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "automation:performed";

    private protected override string KindName => Kind;
}

/// <summary>The agent asks the host for approval.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Request">The question.</param>
public sealed record ApprovalRequested(long Sequence, DateTimeOffset Timestamp, ApprovalRequest Request) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "approval:requested";

    private protected override string KindName => Kind;
}

/// <summary>A request for approval is closed: answered, or withdrawn because its time ran out or its agent is ending.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="ApprovalId">Which one.</param>
/// <param name="Answer">The decision; null if the request was withdrawn.</param>
public sealed record ApprovalAnswered(long Sequence, DateTimeOffset Timestamp, ApprovalId ApprovalId, ApprovalAnswer? Answer) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "approval:answered";

    private protected override string KindName => Kind;
}

/// <summary>The agent ended by returning an output.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Result">How it ended.</param>
public sealed record AgentCompleted(long Sequence, DateTimeOffset Timestamp, AgentResult Result) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:completed";

    private protected override string KindName => Kind;
}

/// <summary>The agent ended by an error or by running out of time.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Error">Why.</param>
/// <param name="Result">How it ended.</param>
public sealed record AgentFailed(long Sequence, DateTimeOffset Timestamp, AgentError Error, AgentResult Result) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:failed";

    private protected override string KindName => Kind;
}

/// <summary>The agent ended by a cancel, by its parent's end, or by shutdown.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Reason">Why, if that was said.</param>
/// <param name="Result">How it ended.</param>
public sealed record AgentCancelled(long Sequence, DateTimeOffset Timestamp, string? Reason, AgentResult Result) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agent:cancelled";

    private protected override string KindName => Kind;
}

/// <summary>A run of a plan started; its first agents follow.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Pattern">How its agents take turns, as in the pattern's JSON, such as <c>graph</c>.</param>
/// <param name="Name">The run's name, if it has one.</param>
/// <param name="Goals">How many goals it starts with, those of workers included.</param>
public sealed record RunStarted(long Sequence, DateTimeOffset Timestamp, string Pattern, string? Name, int Goals) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "run:started";

    /// <summary>Whether it was started by an earlier process, and goes on here under its id from what the store has of it.</summary>
    public bool IsRestored { get; init; }

    private protected override string KindName => Kind;
}

/// <summary>Goals were added to a run.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Added">Their names, in their order.</param>
public sealed record RunGrown(long Sequence, DateTimeOffset Timestamp, IReadOnlyList<string> Added) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "run:grown";

    private protected override string KindName => Kind;
}

/// <summary>The condition of a goal was judged: the goal is accepted or skipped by it.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Goal">The goal's name.</param>
/// <param name="Holds">Whether the condition holds.</param>
/// <param name="Reason">Why, if that was said.</param>
public sealed record RunConditionJudged(long Sequence, DateTimeOffset Timestamp, string Goal, bool Holds, string? Reason) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "run:condition";

    private protected override string KindName => Kind;
}

/// <summary>A goal of a run will not be worked on: it has no agent and never had one.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Goal">The goal's name.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">The same in words.</param>
public sealed record RunGoalSkipped(long Sequence, DateTimeOffset Timestamp, string Goal, SkipReason Reason, string Detail) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "run:skipped";

    private protected override string KindName => Kind;
}

/// <summary>A run starts no more goals and cancels those that are under way: it was cancelled, has failed by its policy, or is decided.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Reason">Why.</param>
public sealed record RunStopping(long Sequence, DateTimeOffset Timestamp, string Reason) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "run:stopping";

    private protected override string KindName => Kind;
}

/// <summary>A run ended: its last event. What came of it is in its <c>OrchestrationResult</c>.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Succeeded">Whether it succeeded.</param>
/// <param name="Ended">Agents of its goals that ended, however they did.</param>
/// <param name="Skipped">Goals that were skipped.</param>
/// <param name="Duration">From its start.</param>
public sealed record RunCompleted(long Sequence, DateTimeOffset Timestamp, bool Succeeded, int Ended, int Skipped, TimeSpan Duration) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "run:completed";

    private protected override string KindName => Kind;
}

/// <summary>The orchestrator forgot agents that had ended, by clean-up or by a retention limit.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="AgentIds">Which ones, oldest end first.</param>
public sealed record AgentsEvicted(long Sequence, DateTimeOffset Timestamp, IReadOnlyList<AgentId> AgentIds) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "agents:evicted";

    private protected override string KindName => Kind;
}

/// <summary>A lock was not free, and a wait for it began. <see cref="LockGranted"/> or <see cref="LockAbandoned"/> ends it. The agent may still run: its own
/// <see cref="AgentWaiting"/> follows when it gives its slot back.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Owner">Who waits: the agent's name, or that of the host's owner.</param>
/// <param name="Requests">What it waits for, all of it together.</param>
/// <param name="Blocker">Who is in the way: one who holds it, or waits ahead.</param>
public sealed record LockWaiting(long Sequence, DateTimeOffset Timestamp, string Owner, IReadOnlyList<ResourceRequest> Requests, ResourceConflict Blocker)
    : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "lock:waiting";

    private protected override string KindName => Kind;
}

/// <summary>A lock was granted: after a wait, or with <see cref="LockEventLevel.All"/> at once too. From here on nobody else has it; an agent that waited goes on when it
/// has its slot again.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Owner">Who has it now.</param>
/// <param name="Requests">What was granted.</param>
/// <param name="FencingToken">The <see cref="ResourceGuard.FencingToken"/> of its guard.</param>
/// <param name="Waited">How long it waited; null if it did not.</param>
public sealed record LockGranted(long Sequence, DateTimeOffset Timestamp, string Owner, IReadOnlyList<ResourceRequest> Requests, long FencingToken, TimeSpan? Waited)
    : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "lock:granted";

    private protected override string KindName => Kind;
}

/// <summary>A wait for a lock ended without it.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Owner">Who waited.</param>
/// <param name="Requests">What it waited for.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Waited">How long it waited.</param>
public sealed record LockAbandoned(long Sequence, DateTimeOffset Timestamp, string Owner, IReadOnlyList<ResourceRequest> Requests, LockAbandonReason Reason, TimeSpan Waited)
    : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "lock:abandoned";

    private protected override string KindName => Kind;
}

/// <summary>A lock was taken away from its holder, which may still rely on it: <see cref="ResourceGuard.Lost"/> tells it. Of a set each resource has an event.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Owner">Who had it.</param>
/// <param name="Key">The resource.</param>
/// <param name="Mode">How it was held.</param>
/// <param name="FencingToken">The number of the hold: whoever stores what holders write can refuse it from now on.</param>
/// <param name="Reason">Why.</param>
public sealed record LockLost(long Sequence, DateTimeOffset Timestamp, string Owner, ResourceKey Key, ResourceMode Mode, long FencingToken, LockLossReason Reason)
    : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "lock:lost";

    private protected override string KindName => Kind;
}

/// <summary>A lock was released: its guard was disposed, or the attempt that held it has ended. Raised with <see cref="LockEventLevel.All"/> only, of a set for each
/// resource.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Owner">Who had it.</param>
/// <param name="Key">The resource.</param>
/// <param name="Mode">How it was held.</param>
/// <param name="FencingToken">The number of the hold.</param>
/// <param name="Held">For how long.</param>
public sealed record LockReleased(long Sequence, DateTimeOffset Timestamp, string Owner, ResourceKey Key, ResourceMode Mode, long FencingToken, TimeSpan Held)
    : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "lock:released";

    private protected override string KindName => Kind;
}

/// <summary>A wait, for a lock, a child or a concurrency group, was refused because it would never have ended; whoever asked got a <see cref="ResourceDeadlockException"/>.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="Cycle">Who would have waited for whom: the one that was refused first.</param>
public sealed record DeadlockRefused(long Sequence, DateTimeOffset Timestamp, IReadOnlyList<DeadlockLink> Cycle) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "deadlock:refused";

    private protected override string KindName => Kind;
}

/// <summary>The reader fell behind further than the log reaches: these events are lost to it. Made for that reader; its own number is the last one missed.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Timestamp">When it happened.</param>
/// <param name="FirstMissed">The first number missed.</param>
/// <param name="LastMissed">The last number missed.</param>
public sealed record EventsMissed(long Sequence, DateTimeOffset Timestamp, long FirstMissed, long LastMissed) : AgentEvent(Sequence, Timestamp)
{
    internal const string Kind = "events:missed";

    private protected override string KindName => Kind;
}
