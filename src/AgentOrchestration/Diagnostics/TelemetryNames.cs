namespace AgentOrchestration.Diagnostics;

/// <summary>Names of the source, the meter, instruments and tags: a public contract, listed in docs/diagnostics.md.</summary>
internal static class TelemetryNames
{
    public const string Source = "AgentOrchestration";

    public const string OperationTag = "gen_ai.operation.name";
    public const string InvokeAgent = "invoke_agent";
    public const string AgentNameTag = "gen_ai.agent.name";
    public const string AgentIdTag = "gen_ai.agent.id";
    public const string AttemptTag = "agent_orchestration.attempt";
    public const string StateTag = "agent_orchestration.state";
    public const string ErrorTypeTag = "error.type";
    public const string OrchestratorTag = "agent_orchestration.name";

    public const string InvokeWorkflow = "invoke_workflow";
    public const string RunIdTag = "agent_orchestration.run.id";
    public const string RunPatternTag = "agent_orchestration.run.pattern";
    public const string RunOutcomeTag = "agent_orchestration.run.outcome";
    public const string SkipReasonTag = "agent_orchestration.run.skip";
    public const string ConditionTag = "agent_orchestration.run.condition";

    public const string AcquireLock = "acquire_lock";
    public const string LockKindTag = "agent_orchestration.lock.kind";
    public const string LockModeTag = "agent_orchestration.lock.mode";
    public const string LockOutcomeTag = "agent_orchestration.lock.outcome";
    public const string LockLossTag = "agent_orchestration.lock.loss";

    public const string Agents = "agent_orchestration.agents";
    public const string QueueDepth = "agent_orchestration.queue.depth";
    public const string QueueWait = "agent_orchestration.queue.wait";
    public const string SlotsUsed = "agent_orchestration.slots.used";
    public const string SlotsLimit = "agent_orchestration.slots.limit";
    public const string Attempts = "agent_orchestration.attempts";
    public const string Retries = "agent_orchestration.retries";
    public const string Outcomes = "agent_orchestration.outcomes";
    public const string AgentDuration = "agent_orchestration.agent.duration";
    public const string DetachedAgents = "agent_orchestration.detached";
    public const string ToolDuration = "agent_orchestration.tool.duration";
    public const string AutomationDuration = "agent_orchestration.automation.duration";
    public const string AutomationActionTag = "agent_orchestration.automation.action";
    public const string ModelDuration = "agent_orchestration.model.duration";
    public const string ModelTokens = "agent_orchestration.model.tokens";
    public const string ToolNameTag = "gen_ai.tool.name";
    public const string OutcomeTag = "agent_orchestration.outcome";
    public const string PurposeTag = "agent_orchestration.purpose";
    public const string ClientTag = "agent_orchestration.client";
    public const string TokenTypeTag = "gen_ai.token.type";

    public const string Runs = "agent_orchestration.runs";
    public const string RunStarts = "agent_orchestration.run.starts";
    public const string RunOutcomes = "agent_orchestration.run.outcomes";
    public const string RunDuration = "agent_orchestration.run.duration";
    public const string RunSkips = "agent_orchestration.run.skips";
    public const string RunConditions = "agent_orchestration.run.conditions";
    public const string EventsPublished = "agent_orchestration.events.published";
    public const string EventsMissed = "agent_orchestration.events.missed";
    public const string LockWait = "agent_orchestration.lock.wait";
    public const string LockHold = "agent_orchestration.lock.hold";
    public const string LockWaits = "agent_orchestration.lock.waits";
    public const string LocksHeld = "agent_orchestration.lock.held";
    public const string LocksWaiting = "agent_orchestration.lock.waiting";
    public const string LocksLost = "agent_orchestration.lock.lost";
    public const string DeadlocksRefused = "agent_orchestration.deadlocks.refused";
}
