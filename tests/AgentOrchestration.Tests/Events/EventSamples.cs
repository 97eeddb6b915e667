using System.Text.Json;
using AgentOrchestration.Events;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tests.Events;

/// <summary>One event of every case, with a value for every member.</summary>
internal static class EventSamples
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    private static readonly AgentOrigin Origin = AgentOrigin.Of(new AgentId(0xabc, 7), new RunId(0xabc, 2), new AgentId(0xabc, 1));
    private static readonly AgentOrigin RunOrigin = AgentOrigin.Of(default, new RunId(0xabc, 2), default);
    private static readonly AgentWait Wait = new(AgentWaitKind.Resource, "named:db", At);
    private static readonly ResourceKey Database = new("db", "orders: all");
    private static readonly ResourceRequest[] Requests = [new(Database) { Lease = TimeSpan.FromSeconds(5) }, new(ResourceKey.UiElement("#ok"), ResourceMode.Shared)];
    private static readonly AgentError Error = new("rate_limited", "Too many calls.") { Exception = new InvalidOperationException("not written") };

    private static readonly AgentGoal Goal = new("Review the login")
    {
        Name = "review",
        Agent = "reviewer",
        Priority = AgentPriority.High,
        Deadline = At.AddHours(1),
        SuccessCriteria = ["Names every finding", "Is short"],
        OutputSchema = JsonSerializer.SerializeToElement(new { type = "object" }),
        Attachments = [new TextContent("text"), new DataContent(new byte[] { 1, 2, 3 }, "image/png"), new UriContent("https://example.org/a", "text/html")],
        Timeouts = new AgentTimeouts { Queue = TimeSpan.FromMinutes(1), Attempt = TimeSpan.FromHours(1), Idle = TimeSpan.FromMilliseconds(1.5) },
        Retry = new AgentRetryPolicy
        {
            MaxAttempts = 5,
            InitialDelay = TimeSpan.FromSeconds(2),
            BackoffFactor = 1.5,
            MaxDelay = TimeSpan.FromDays(2),
            Jitter = 0,
            RetriedCodes = ["rate_limited"],
            RetryDetached = true,
        },
        Budget = new AgentBudget { MaxTokens = 1_000_000, MaxModelCalls = 50, MaxToolCalls = 100, MaxCost = 1.25m, MaxCallTime = TimeSpan.FromMinutes(9) },
        ConcurrencyGroup = "coders",
        DependsOn = ["schema", "api"],
        When = new AgentCondition.Question("Is there a login?") { AfterFailure = true },
        IdempotencyKey = "review-1",
        Tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["Team"] = "red" },
    };

    private static readonly AgentUsage Usage = new() { InputTokens = 900, OutputTokens = 80, ModelCalls = 3, ToolCalls = 2, Cost = 0.004m, CallTime = TimeSpan.FromSeconds(7) };

    private static readonly AgentResult Result = new()
    {
        Id = Origin.AgentId,
        Goal = Goal,
        State = AgentState.Failed,
        Output = new AgentOutput("partial")
        {
            Data = JsonSerializer.SerializeToElement(new { Findings = new[] { 1, 2 } }),
            Contents = [new FunctionCallContent("call", "tool", new Dictionary<string, object?>(StringComparer.Ordinal) { ["x"] = 1 }), new ErrorContent("bad")],
        },
        Error = Error,
        CancelReason = "parent ended",
        Criteria = [new CriterionResult("Is short", CriterionVerdict.NotMet, "It is long.")],
        Duration = TimeSpan.FromSeconds(90),
        Attempts = 2,
        Usage = Usage,
        Detached = true,
    };

    public static IReadOnlyList<AgentEvent> All { get; } =
    [
        new AgentSpawned(1, At, Goal, "review") { Origin = Origin, Agent = "reviewer" },
        new AgentQueued(2, At, Wait) { Origin = Origin },
        new AgentStarted(3, At, 1) { Origin = Origin },
        new AgentWaiting(4, At, Wait) { Origin = Origin },
        new AgentContinued(5, At) { Origin = Origin },
        new AgentPaused(6, At) { Origin = Origin },
        new AgentResumed(7, At, AgentState.Waiting, Wait) { Origin = Origin },
        new AgentRetrying(8, At, Error, 1, TimeSpan.FromSeconds(1)) { Origin = Origin },
        new AgentStalled(9, At, TimeSpan.FromMinutes(1)) { Origin = Origin },
        new AgentProgressed(10, At, "reading", 40) { Origin = Origin },
        new AgentOutputProduced(11, At, "The") { Origin = Origin },
        new AgentCriterionReported(12, At, 1, new CriterionResult("Is short", CriterionVerdict.Met)) { Origin = Origin },
        new AgentMessageAccepted(13, At, new AgentMessage("go on") { Data = JsonSerializer.SerializeToElement("x"), From = new AgentId(0xabc, 3) }) { Origin = Origin },
        new ModelRouted(37, At, LlmPurpose.Judge, new LlmRoute("main", LlmRouteReason.FailedOver, new ModelPrice(1.5m, 6))) { Origin = Origin },
        new ModelCallEnded(38, At, LlmPurpose.Act, "main", Succeeded: true, Usage, TimeSpan.FromSeconds(3)) { Origin = Origin },
        new ToolCallStarted(39, At, "call_1", "read_file", "{}") { Origin = Origin },
        new ToolCallEnded(40, At, "call_1", "read_file", ToolCallOutcome.Succeeded, "text", IsCut: true, TimeSpan.FromSeconds(1)) { Origin = Origin },
        new AutomationPerformed(41, At, UiActionKind.Click, "default", "#submit-button", Succeeded: false, AutomationErrorKind.NotActionable, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)) { Origin = Origin },
        new ApprovalRequested(14, At, new ApprovalRequest(new ApprovalId(0xabc, 1), Origin.AgentId, "delete a file", At)) { Origin = Origin },
        new ApprovalAnswered(15, At, new ApprovalId(0xabc, 1), new ApprovalAnswer(Approved: true, "fine")) { Origin = Origin },
        new AgentCompleted(16, At, Result) { Origin = Origin },
        new AgentFailed(17, At, Error, Result) { Origin = Origin },
        new AgentCancelled(18, At, "not needed", Result) { Origin = Origin },
        new RunStarted(31, At, "graph", "release", 3) { Origin = RunOrigin },
        new RunGrown(32, At, ["deploy"]) { Origin = RunOrigin },
        new RunConditionJudged(33, At, "deploy", Holds: true, "All tests passed.") { Origin = RunOrigin },
        new RunGoalSkipped(34, At, "repair", SkipReason.NotNeeded, "'diagnose' was skipped") { Origin = RunOrigin },
        new RunStopping(35, At, "'tests' failed") { Origin = RunOrigin },
        new RunCompleted(36, At, Succeeded: true, 3, 1, TimeSpan.FromSeconds(5)) { Origin = RunOrigin },
        new AgentsEvicted(19, At, [Origin.AgentId, new AgentId(0xabc, 8)]),
        new LockWaiting(20, At, "review", Requests, new ResourceConflict(Database, "tests", new AgentId(0xabc, 3), ResourceMode.Exclusive, At)) { Origin = Origin },
        new LockGranted(21, At, "review", Requests, 12, TimeSpan.FromSeconds(3)) { Origin = Origin },
        new LockAbandoned(22, At, "review", Requests, LockAbandonReason.Timeout, TimeSpan.FromSeconds(3)) { Origin = Origin },
        new LockLost(23, At, "review", Database, ResourceMode.Shared, 12, LockLossReason.LeaseExpired) { Origin = Origin },
        new LockReleased(24, At, "review", Database, ResourceMode.Exclusive, 12, TimeSpan.FromSeconds(4)) { Origin = Origin },
        new DeadlockRefused(25, At, [new DeadlockLink(Origin.AgentId, "review", "named:db", "held by"), new DeadlockLink(null, "host", "file:/a", "held by")]) { Origin = Origin },
        new EventsMissed(30, At, 21, 30),
    ];
}
