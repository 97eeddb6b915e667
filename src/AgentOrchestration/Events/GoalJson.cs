using System.Text.Json;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Events;

/// <summary>A goal as it is written.</summary>
/// <remarks>
/// Members are settable, because source generation gives init-only members that the JSON lacks no value at all instead of their initial one
/// (https://github.com/dotnet/runtime/issues/84484).
/// </remarks>
internal sealed class GoalJson
{
    private static readonly AgentGoal Defaults = new("");

    [JsonRequired]
    public string Description { get; set; } = "";

    public string? Name { get; set; }

    public string? Agent { get; set; }

    public AgentPriority Priority { get; set; } = Defaults.Priority;

    public DateTimeOffset? Deadline { get; set; }

    public IReadOnlyList<string> SuccessCriteria { get; set; } = Defaults.SuccessCriteria;

    public JsonElement? OutputSchema { get; set; }

    public ContentsJson Attachments { get; set; } = new(Defaults.Attachments);

    public AgentTimeouts Timeouts { get; set; } = Defaults.Timeouts;

    public RetryJson Retry { get; set; } = RetryJson.From(Defaults.Retry);

    public AgentBudget? Budget { get; set; }

    public string? ConcurrencyGroup { get; set; }

    public IReadOnlyList<ResourceRequest> Resources { get; set; } = Defaults.Resources;

    public IReadOnlyList<string> DependsOn { get; set; } = Defaults.DependsOn;

    public AgentCondition? When { get; set; }

    public string? IdempotencyKey { get; set; }

    public IReadOnlyDictionary<string, string> Tags { get; set; } = Defaults.Tags;

    public static GoalJson From(AgentGoal goal) => new()
    {
        Description = goal.Description,
        Name = goal.Name,
        Agent = goal.Agent,
        Priority = goal.Priority,
        Deadline = goal.Deadline,
        SuccessCriteria = goal.SuccessCriteria,
        OutputSchema = goal.OutputSchema,
        Attachments = new ContentsJson(goal.Attachments),
        Timeouts = goal.Timeouts,
        Retry = RetryJson.From(goal.Retry),
        Budget = goal.Budget == AgentBudget.Unlimited ? null : goal.Budget,
        ConcurrencyGroup = goal.ConcurrencyGroup,
        Resources = goal.Resources,
        DependsOn = goal.DependsOn,

        // Code cannot be written. In an event that loses nothing which a reader could use; where a plan is stored, it is refused before it comes to this.
        When = goal.When is AgentCondition.Named or AgentCondition.Question ? goal.When : null,
        IdempotencyKey = goal.IdempotencyKey,
        Tags = goal.Tags,
    };

    public AgentGoal ToGoal() => new(Description)
    {
        Name = Name,
        Agent = Agent,
        Priority = Priority,
        Deadline = Deadline,
        SuccessCriteria = SuccessCriteria,
        OutputSchema = OutputSchema,
        Attachments = Attachments.Items,
        Timeouts = Timeouts,
        Retry = Retry.ToPolicy(),
        Budget = Budget ?? Defaults.Budget,
        ConcurrencyGroup = ConcurrencyGroup,
        Resources = Resources,
        DependsOn = DependsOn,
        When = When,
        IdempotencyKey = IdempotencyKey,
        Tags = Tags,
    };
}
