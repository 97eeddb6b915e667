namespace AgentOrchestration.Coordination;

/// <summary>A plan that may grow: its steps so far, by place and by name. Not thread-safe. Calls no foreign code, so that it can be used under a gate.</summary>
internal sealed class PlanGraph
{
    private readonly List<PlanStep> _steps = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    public PlanGraph(CoordinationPattern pattern, OrchestrationRunOptions options)
    {
        Pattern = pattern;
        Options = options;
        Rules = PlanRules.Of(pattern);
        PlanValidator.ThrowIfInvalid(options, Rules);
    }

    public PlanGraph(CoordinationPattern pattern, OrchestrationRunOptions options, PlanStep[] steps)
        : this(pattern, options) => Append(steps);

    public CoordinationPattern Pattern { get; }

    public OrchestrationRunOptions Options { get; }

    public PlanRules Rules { get; }

    public ResultAggregator Aggregator => Options.Aggregator ?? Rules.Aggregator;

    public int Count => _steps.Count;

    public IReadOnlyList<PlanStep> Steps => _steps;

    public PlanStep this[int index] => _steps[index];

    public bool TryFind(string name, out int index) => _byName.TryGetValue(name, out index);

    /// <summary>Adds the goals behind those there are; all or none.</summary>
    /// <returns>Their steps.</returns>
    /// <exception cref="ArgumentException">They do not fit; the message says why.</exception>
    public PlanStep[] Add(GoalDraft[] goals)
    {
        PlanValidator.ThrowIfUnusable(goals, this);
        var steps = Rules.Place(this, goals);
        PlanValidator.ThrowIfNameTaken(steps, this);
        Append(steps);
        return steps;
    }

    private void Append(PlanStep[] steps)
    {
        foreach (var step in steps)
        {
            _byName.Add(step.Planned.Name, _steps.Count);
            _steps.Add(step);
        }
    }
}
