using System.Runtime.CompilerServices;

namespace AgentOrchestration.Goals;

/// <summary>Refuses goals that make no sense, saying what, which and what to do.</summary>
internal static class GoalValidator
{
    public static void ThrowIfInvalid(AgentGoal goal, [CallerArgumentExpression(nameof(goal))] string? parameter = null)
    {
        ArgumentNullException.ThrowIfNull(goal, parameter);
        if (FindFault(goal) is { } fault)
        {
            throw new ArgumentException($"{goal}: {fault}", parameter);
        }
    }

    /// <summary>Refuses also what only some patterns of a run use.</summary>
    public static void ThrowIfPlanned(AgentGoal goal, [CallerArgumentExpression(nameof(goal))] string? parameter = null)
    {
        ThrowIfInvalid(goal, parameter);
        if (goal.DependsOn.Count > 0 || goal.When is not null)
        {
            throw new ArgumentException($"{goal}: {(goal.When is null ? nameof(AgentGoal.DependsOn) : nameof(AgentGoal.When))} has a meaning only in a run with a pattern that uses it; start it with StartAsync.", parameter);
        }
    }

    private static string? FindFault(AgentGoal goal) =>
        string.IsNullOrWhiteSpace(goal.Description) ? "the description is blank; say what is wanted."
        : goal.Priority is < AgentPriority.Low or > AgentPriority.Critical ? $"there is no priority {goal.Priority}; use Low, Medium, High or Critical."
        : IsBlank(goal.Name) ? "the name is blank; leave it null to take the agent's."
        : IsBlank(goal.Agent) ? "the agent's name is blank; leave it null to take the default agent."
        : IsBlank(goal.ConcurrencyGroup) ? "the concurrency group is blank; leave it null for none."
        : IsBlank(goal.IdempotencyKey) ? "the idempotency key is blank; leave it null for none."
        : goal.SuccessCriteria is null || goal.SuccessCriteria.Any(string.IsNullOrWhiteSpace) ? "a success criterion is blank or their list is null; use an empty list for none."
        : goal.Attachments is null || goal.Attachments.Any(static attachment => attachment is null) ? "an attachment or their list is null; use an empty list for none."
        : goal.Resources is null || goal.Resources.Any(static request => request.Key.IsDefault) ? "a claimed resource is the default key or their list is null; use an empty list for none."
        : goal.Resources.Any(static request => request.Lease is not null) ? "a claimed resource has a lease; what a goal claims is held to the end of its attempt."
        : goal.DependsOn is null ? "the list of dependencies is null; use an empty list for none."
        : goal.When is AgentCondition.Named { Name: var name } && string.IsNullOrWhiteSpace(name) ? "the name of its condition is blank."
        : goal.When is AgentCondition.Question { Text: var text } && string.IsNullOrWhiteSpace(text) ? "the question of its condition is blank."
        : goal.Tags is null ? "the tags are null; use an empty dictionary for none."
        : goal.Timeouts is null ? "the timeouts are null; use AgentTimeouts.None."
        : goal.Retry is null ? "the retry policy is null; use AgentRetryPolicy.None."
        : goal.Budget is null ? "the budget is null; use AgentBudget.Unlimited."
        : FindFault(goal.Timeouts) ?? FindFault(goal.Retry) ?? FindFault(goal.Budget);

    private static string? FindFault(AgentTimeouts timeouts) =>
        timeouts == AgentTimeouts.None ? null
        : IsNotPositive(timeouts.Queue) ? "the queue timeout is not above zero; leave it null for none."
        : IsNotPositive(timeouts.Attempt) ? "the attempt timeout is not above zero; leave it null for none."
        : IsNotPositive(timeouts.Idle) ? "the idle timeout is not above zero; leave it null for none."
        : null;

    private static string? FindFault(AgentRetryPolicy retry) =>
        ReferenceEquals(retry, AgentRetryPolicy.None) ? null
        : retry.MaxAttempts < 1 ? "the retry policy allows fewer than 1 attempt; 1 means no retries."
        : retry.InitialDelay < TimeSpan.Zero ? "the retry policy's initial delay is below zero."
        : retry.MaxDelay < TimeSpan.Zero || retry.MaxDelay > TimeSpan.FromDays(365) ? "the retry policy's longest delay is not from zero to 365 days."
        : retry.BackoffFactor is not (>= 1 and < double.PositiveInfinity) ? "the retry policy's backoff factor is not from 1."
        : retry.Jitter is not (>= 0 and <= 1) ? "the retry policy's jitter is not from 0 to 1."
        : null;

    private static string? FindFault(AgentBudget budget) =>
        ReferenceEquals(budget, AgentBudget.Unlimited) ? null
        : budget.MaxTokens <= 0 ? "the budget's limit of tokens is not above zero; leave it null for none."
        : budget.MaxModelCalls <= 0 ? "the budget's limit of model calls is not above zero; leave it null for none."
        : budget.MaxToolCalls <= 0 ? "the budget's limit of tool calls is not above zero; leave it null for none."
        : budget.MaxCost <= 0 ? "the budget's limit of cost is not above zero; leave it null for none."
        : IsNotPositive(budget.MaxCallTime) ? "the budget's limit of call time is not above zero; leave it null for none."
        : null;

    private static bool IsBlank(string? text) => text is not null && string.IsNullOrWhiteSpace(text);

    private static bool IsNotPositive(TimeSpan? timeout) => timeout <= TimeSpan.Zero;
}
