using System.Text.Json.Serialization;
using AgentOrchestration.Coordination;

namespace AgentOrchestration;

/// <summary>
/// What a run will do, as data: goals, what each follows and under which condition, what a failure means, and how results become one output. Checked when it is made; immutable.
/// Written as JSON it can be stored and started later: <see cref="OrchestrationPlanJson"/>.
/// </summary>
/// <example><code>
/// var plan = OrchestrationPlan.Create(new CoordinationPattern.Graph(), goals);   // throws if names or dependencies make no sense
/// Console.WriteLine(plan.Describe());
/// var result = await orchestrator.RunAsync(plan);
/// </code></example>
[JsonConverter(typeof(OrchestrationPlanJsonConverter))]
public sealed class OrchestrationPlan
{
    internal OrchestrationPlan(PlanGraph graph, IReadOnlyList<AgentGoal> sources)
    {
        Pattern = graph.Pattern;
        Options = graph.Options;
        Aggregator = graph.Aggregator;
        MaxConcurrency = graph.Rules.MaxConcurrency == int.MaxValue ? null : graph.Rules.MaxConcurrency;
        Sources = sources;
        Goals = [.. graph.Goals];
    }

    /// <summary>The pattern it was made from.</summary>
    public CoordinationPattern Pattern { get; }

    /// <summary>The options it was made with.</summary>
    public OrchestrationRunOptions Options { get; }

    /// <summary>Its goals, in their order.</summary>
    public IReadOnlyList<PlannedGoal> Goals { get; }

    /// <summary>How results become one output.</summary>
    public ResultAggregator Aggregator { get; }

    /// <summary>Goals under way at the same time; null for no limit but the slots.</summary>
    public int? MaxConcurrency { get; }

    /// <summary>The goals as they were given.</summary>
    internal IReadOnlyList<AgentGoal> Sources { get; }

    /// <summary>Makes a plan and checks it: nothing is started.</summary>
    /// <param name="pattern">How the agents take turns.</param>
    /// <param name="goals">The goals. They are copied.</param>
    /// <param name="options">What else may be chosen; null for the defaults.</param>
    /// <exception cref="ArgumentException">Names are unknown or taken, goals wait for each other in a circle, or a value is out of its range; the message says which, by name.</exception>
    public static OrchestrationPlan Create(CoordinationPattern pattern, IReadOnlyList<AgentGoal> goals, OrchestrationRunOptions? options = null)
    {
        var drafts = GoalDraft.Of(goals);
        return new OrchestrationPlan(PlanGraph.Of(pattern, drafts, options), Array.ConvertAll(drafts, static draft => draft.Goal));
    }

    /// <summary>What would be done, in words, one line for each goal in an order in which they may start. Names and limits; no descriptions.</summary>
    public string Describe() => PlanText.Describe(this);

    /// <summary>The plan as Mermaid text: a box for each goal, an arrow from each to what follows it.</summary>
    public string ToMermaid() => PlanMermaid.Draw(this, result: null);

    /// <summary>Pattern and size, no content.</summary>
    public override string ToString() => $"{nameof(OrchestrationPlan)} {{ {Pattern.PatternKind}, {Goals.Count} goals }}";
}
