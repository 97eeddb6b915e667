namespace AgentOrchestration.Coordination;

/// <summary>A plan that may grow: its goals so far, by place and by name. Not thread-safe. Calls no foreign code, so that it can be used under a gate.</summary>
internal sealed class PlanGraph
{
    private readonly List<PlannedGoal> _goals = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    public PlanGraph(CoordinationPattern pattern, OrchestrationRunOptions options)
    {
        Pattern = pattern;
        Options = options;
        Rules = PlanRules.Of(pattern);
        PlanValidator.ThrowIfInvalid(options, Rules);
    }

    public CoordinationPattern Pattern { get; }

    public OrchestrationRunOptions Options { get; }

    public PlanRules Rules { get; }

    public ResultAggregator Aggregator => Options.Aggregator ?? Rules.Aggregator;

    public int Count => _goals.Count;

    public IReadOnlyList<PlannedGoal> Goals => _goals;

    public PlannedGoal this[int index] => _goals[index];

    /// <summary>The plan of these goals.</summary>
    /// <exception cref="ArgumentException">They do not fit; the message says why.</exception>
    public static PlanGraph Of(CoordinationPattern pattern, GoalDraft[] goals, OrchestrationRunOptions? options)
    {
        var plan = new PlanGraph(pattern, options ?? OrchestrationRunOptions.Default);
        plan.Add(goals);
        PlanValidator.ThrowIfInvalid(plan.Goals, plan.Options);
        return plan;
    }

    /// <summary>The place of a goal, those included that are being added.</summary>
    public bool TryFind(string name, out int place) => _byName.TryGetValue(name, out place);

    /// <summary>Adds the goals behind those there are; all or none.</summary>
    /// <returns>Them in their places.</returns>
    /// <exception cref="ArgumentException">They do not fit; the message says why.</exception>
    public PlannedGoal[] Add(GoalDraft[] goals)
    {
        PlanValidator.ThrowIfUnusable(goals, this);
        var names = Rules.Name(this, goals);
        _byName.EnsureCapacity(_goals.Count + names.Length);
        var named = 0;
        try
        {
            for (; named < names.Length; named++)
            {
                if (!_byName.TryAdd(names[named], _goals.Count + named))
                {
                    throw new ArgumentException($"Two goals are named '{names[named]}'; names must be unique in a run.", nameof(goals));
                }
            }

            var planned = Rules.Place(this, goals, names);
            _goals.AddRange(planned);
            return planned;
        }
        catch
        {
            while (named > 0)
            {
                _byName.Remove(names[--named]);
            }

            throw;
        }
    }
}
