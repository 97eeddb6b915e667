using System.Collections.ObjectModel;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;

namespace AgentOrchestration;

/// <summary>What one agent is to achieve, and within which limits. Immutable; a string converts to a goal with default limits.</summary>
/// <param name="Description">What is wanted, in words or in any form the agent understands; not blank.</param>
/// <remarks>
/// Checked when it is accepted: bad values throw <see cref="ArgumentException"/> from the spawning call. Collections are not copied; do not change them afterwards.
/// <see cref="ToString"/> prints no content.
/// </remarks>
[JsonConverter(typeof(AgentGoalJsonConverter))]
public sealed record AgentGoal(string Description)
{
    /// <summary>A short name for people, in status, logs, spans and explanations; null takes the agent's name. Not content: keep secrets and prompts out of it.</summary>
    public string? Name { get; init; }

    /// <summary>The registered agent that is to do it; null takes the one registered as <see cref="AgentOrchestrationOptions.DefaultAgentName"/>.</summary>
    public string? Agent { get; init; }

    /// <summary>How urgent it is. Default: <see cref="AgentPriority.Medium"/>.</summary>
    public AgentPriority Priority { get; init; } = AgentPriority.Medium;

    /// <summary>When it must be over, by the wall clock, retries included; then the agent fails with <see cref="AgentErrorCodes.DeadlineExceeded"/>. Null: no limit.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>What the output must satisfy; each is judged on its own, see <see cref="CriterionResult"/>.</summary>
    public IReadOnlyList<string> SuccessCriteria { get; init; } = [];

    /// <summary>The JSON schema of the data that the output is to have; null for words only. Agents that know how follow it; nothing checks it but they.</summary>
    public JsonElement? OutputSchema { get; init; }

    /// <summary>Further content for the agent, such as images or files.</summary>
    public IReadOnlyList<AIContent> Attachments { get; init; } = [];

    /// <summary>Limits on waiting, running and silence. Default: none.</summary>
    public AgentTimeouts Timeouts { get; init; } = AgentTimeouts.None;

    /// <summary>What happens after a failed attempt. Default: one attempt.</summary>
    public AgentRetryPolicy Retry { get; init; } = AgentRetryPolicy.None;

    /// <summary>What it and all its children may use, over all attempts. Default: <see cref="AgentBudget.Unlimited"/>.</summary>
    public AgentBudget Budget { get; init; } = AgentBudget.Unlimited;

    /// <summary>
    /// A group with a limit of its own (<see cref="AgentOrchestrationOptions.ConcurrencyGroups"/>; one agent at once unless listed there). The place in it is taken before the
    /// first start and held until the agent has ended; children inherit it.
    /// </summary>
    public string? ConcurrencyGroup { get; init; }

    /// <summary>
    /// What the goal claims: taken together before each attempt starts, all or none, and held to the attempt's end, so that two goals whose claims exclude each other never
    /// run together. The attempt may take the same resources again, or others within them. Default: none.
    /// </summary>
    public IReadOnlyList<ResourceRequest> Resources { get; init; } = [];

    /// <summary>
    /// The names of the goals it follows, in patterns that use them (<c>CoordinationPattern.Graph</c>); their results are its <c>AgentContext.Inputs</c>, in this order.
    /// Elsewhere <see cref="ArgumentException"/>.
    /// </summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>
    /// Whether it is worked on at all, judged when everything it follows is over, in patterns that use it (<c>CoordinationPattern.Graph</c>, <c>CoordinationPattern.Conditional</c>).
    /// Elsewhere <see cref="ArgumentException"/>. Null: it is.
    /// </summary>
    public AgentCondition? When { get; init; }

    /// <summary>A second goal with the same key, while the first one's agent is known, gives that agent's handle instead of a new agent.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The host's own labels; copied to status, not to telemetry.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>A goal with this description and default limits.</summary>
    public static implicit operator AgentGoal(string description) => new(description);

    /// <summary>Name and limits, no content.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(nameof(AgentGoal)).Append(" { ").Append(Name ?? Agent ?? "unnamed").Append(", ").Append(Priority);
        if (Deadline is { } deadline)
        {
            text.Append(", deadline ").Append(deadline.ToString("O"));
        }

        return text.Append(" }").ToString();
    }
}
