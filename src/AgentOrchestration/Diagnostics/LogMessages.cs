using Microsoft.Extensions.Logging;

namespace AgentOrchestration.Diagnostics;

/// <summary>Every log message: stable ids, no content.</summary>
internal static partial class LogMessages
{
    [LoggerMessage(1, LogLevel.Debug, "Agent '{AgentName}' ({AgentId}) spawned.")]
    public static partial void AgentSpawned(this ILogger logger, string agentName, AgentId agentId);

    [LoggerMessage(2, LogLevel.Debug, "Agent '{AgentName}' ({AgentId}) started attempt {Attempt}.")]
    public static partial void AgentStarted(this ILogger logger, string agentName, AgentId agentId, int attempt);

    [LoggerMessage(3, LogLevel.Information, "Agent '{AgentName}' ({AgentId}) failed attempt {Attempt} with {ErrorCode} ({ExceptionType}); the next follows after {Delay}.")]
    public static partial void AgentRetrying(this ILogger logger, string agentName, AgentId agentId, int attempt, string errorCode, string? exceptionType, TimeSpan delay);

    [LoggerMessage(4, LogLevel.Warning, "Agent '{AgentName}' ({AgentId}) holds a slot and has given no sign of life for {Silence}.")]
    public static partial void AgentStalled(this ILogger logger, string agentName, AgentId agentId, TimeSpan silence);

    [LoggerMessage(5, LogLevel.Debug, "Agent '{AgentName}' ({AgentId}) completed after {Attempts} attempts and {Duration}.")]
    public static partial void AgentCompleted(this ILogger logger, string agentName, AgentId agentId, int attempts, TimeSpan duration);

    [LoggerMessage(6, LogLevel.Warning, "Agent '{AgentName}' ({AgentId}) failed after {Attempts} attempts and {Duration} with {ErrorCode} ({ExceptionType}).")]
    public static partial void AgentFailed(this ILogger logger, string agentName, AgentId agentId, int attempts, TimeSpan duration, string errorCode, string? exceptionType);

    [LoggerMessage(7, LogLevel.Debug, "Agent '{AgentName}' ({AgentId}) was cancelled after {Attempts} attempts and {Duration}.")]
    public static partial void AgentCancelled(this ILogger logger, string agentName, AgentId agentId, int attempts, TimeSpan duration);

    [LoggerMessage(8, LogLevel.Error, "Agent '{AgentName}' ({AgentId}) ignored its cancellation and was detached: its code still runs, without slot and guards.")]
    public static partial void AgentDetached(this ILogger logger, string agentName, AgentId agentId);

    [LoggerMessage(9, LogLevel.Information, "The code of the detached agent '{AgentName}' ({AgentId}) has ended; its result was dropped.")]
    public static partial void DetachedAgentEnded(this ILogger logger, string agentName, AgentId agentId);

    [LoggerMessage(10, LogLevel.Warning, "A cancellation callback of agent '{AgentName}' ({AgentId}) threw {ExceptionType}.")]
    public static partial void CancellationCallbackFailed(this ILogger logger, string agentName, AgentId agentId, string exceptionType);

    [LoggerMessage(11, LogLevel.Warning, "A wait of '{OwnerName}' ({AgentId}) was refused: it would have closed a circle of {Parties} that wait for each other.")]
    public static partial void DeadlockRefused(this ILogger logger, string ownerName, string agentId, int parties);

    [LoggerMessage(12, LogLevel.Warning, "A lock on a resource of kind '{Kind}' was taken away from '{OwnerName}' ({AgentId}): {Reason}.")]
    public static partial void LockLost(this ILogger logger, string ownerName, string agentId, string kind, string reason);

    [LoggerMessage(13, LogLevel.Debug, "Run '{RunName}' ({RunId}) of pattern {Pattern} started with {Goals} goals.")]
    public static partial void RunStarted(this ILogger logger, string runName, RunId runId, string pattern, int goals);

    [LoggerMessage(14, LogLevel.Information, "Run '{RunName}' ({RunId}) stops early: it starts no more goals, and those under way are cancelled.")]
    public static partial void RunStopping(this ILogger logger, string runName, RunId runId);

    [LoggerMessage(15, LogLevel.Debug, "Run '{RunName}' ({RunId}) ended as {Outcome} after {Duration}: {Ended} goals ended and {Skipped} were skipped.")]
    public static partial void RunEnded(this ILogger logger, string runName, RunId runId, string outcome, TimeSpan duration, int ended, int skipped);

    [LoggerMessage(16, LogLevel.Warning, "Run '{RunName}' ({RunId}) failed with {ErrorCode} ({ExceptionType}) after {Duration}: {Ended} goals ended and {Skipped} were skipped.")]
    public static partial void RunFailed(this ILogger logger, string runName, RunId runId, string errorCode, string? exceptionType, TimeSpan duration, int ended, int skipped);

    [LoggerMessage(17, LogLevel.Warning, "The condition of goal '{GoalName}' of run '{RunName}' ({RunId}) threw {ExceptionType}.")]
    public static partial void ConditionFailed(this ILogger logger, string goalName, string runName, RunId runId, string exceptionType);

    [LoggerMessage(18, LogLevel.Warning, "Agent '{AgentName}' ({AgentId}) does something else in step {Step} than before the restart: what is recorded there does not count. Was its code changed?")]
    public static partial void StepDiverged(this ILogger logger, string agentName, AgentId agentId, string step);

    [LoggerMessage(19, LogLevel.Critical, "The store failed with {ExceptionType}: everything that runs is ended, since nothing can be kept any more.")]
    public static partial void StoreFailed(this ILogger logger, string exceptionType);

    [LoggerMessage(20, LogLevel.Error, "Stream {Stream} can no longer be written ({ExceptionType}): its agents are ended.")]
    public static partial void StreamFailed(this ILogger logger, string stream, string exceptionType);

    [LoggerMessage(21, LogLevel.Error, "What the store has of {Stream} was not taken over whole: {Problem}.")]
    public static partial void NotResumed(this ILogger logger, string stream, string problem);

    [LoggerMessage(22, LogLevel.Information, "Took over {Agents} agents and {Runs} runs that an earlier process left unfinished, in {Duration}.")]
    public static partial void Resumed(this ILogger logger, int agents, int runs, TimeSpan duration);
}
