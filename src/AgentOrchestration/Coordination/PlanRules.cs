using System.Diagnostics;
using System.Globalization;

namespace AgentOrchestration.Coordination;

/// <summary>What a pattern means: how it places goals in a plan, and what else it says of the run. The patterns are told apart here and nowhere else.</summary>
internal sealed record PlanRules
{
    /// <summary>The names of what is to be placed.</summary>
    public Func<PlanGraph, GoalDraft[], string[]> Name { get; private init; } = NameEach;

    /// <summary>Places goals, which the plan knows by these names already, behind those that it has, or throws.</summary>
    public required Func<PlanGraph, GoalDraft[], string[], PlannedGoal[]> Place { get; init; }

    /// <summary>How results become one output, unless the run's options say otherwise.</summary>
    public ResultAggregator Aggregator { get; private init; } = new ResultAggregator.Collect();

    /// <summary>Whether the options may say otherwise.</summary>
    public bool FixesAggregator { get; private init; }

    public bool UsesDependsOn { get; private init; }

    public bool UsesWhen { get; private init; }

    public bool CanGrow { get; private init; } = true;

    /// <summary>Goals under way at the same time.</summary>
    public int MaxConcurrency { get; private init; } = int.MaxValue;

    /// <summary>The limits of delegation, if there is a supervisor.</summary>
    public CoordinationPattern.SupervisorWorker? Team { get; private init; }

    public static PlanRules Of(CoordinationPattern pattern) => pattern switch
    {
        CoordinationPattern.Parallel parallel => new PlanRules
        {
            Place = PlaceSideBySide,
            MaxConcurrency = InRange(parallel.MaxConcurrency ?? int.MaxValue, 1, nameof(parallel.MaxConcurrency)),
        },
        CoordinationPattern.Sequential => new PlanRules { Place = PlaceInChain, Aggregator = new ResultAggregator.Last() },
        CoordinationPattern.Conditional conditional => new PlanRules { Place = (plan, goals, names) => PlaceUnderConditions(conditional, plan, goals, names), UsesWhen = true },
        CoordinationPattern.SupervisorWorker team => new PlanRules { Place = (plan, goals, names) => PlaceTeam(team, plan, goals, names), Team = Checked(team) },
        CoordinationPattern.Graph => new PlanRules { Place = PlanDependencies.Place, UsesDependsOn = true, UsesWhen = true },
        CoordinationPattern.BestOf best => new PlanRules
        {
            Name = (_, goals) => NameCandidates(best, goals),
            Place = (_, goals, names) => PlaceCandidates(best, goals, names),
            Aggregator = new ResultAggregator.Judged(best.Judge ?? throw new ArgumentException("BestOf has no judge.", nameof(pattern))),
            FixesAggregator = true,
            CanGrow = false,
        },
        null => throw new ArgumentNullException(nameof(pattern)),
        _ => throw new UnreachableException(),
    };

    public static string NameOf(AgentGoal goal, int index) => goal.Name ?? string.Create(CultureInfo.InvariantCulture, $"goal {index + 1}");

    private static string[] NameEach(PlanGraph plan, GoalDraft[] goals)
    {
        var names = new string[goals.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = NameOf(goals[i].Goal, plan.Count + i);
        }

        return names;
    }

    private static PlannedGoal[] PlaceSideBySide(PlanGraph plan, GoalDraft[] goals, string[] names) =>
        PlaceEach(goals, names, static (goal, name, _) => new PlannedGoal(name, goal));

    private static PlannedGoal[] PlaceInChain(PlanGraph plan, GoalDraft[] goals, string[] names) => PlaceEach(goals, names, (goal, name, i) => plan.Count + i == 0
        ? new PlannedGoal(name, goal)
        : new PlannedGoal(name, goal) { Follows = [i == 0 ? plan[plan.Count - 1].Name : names[i - 1]], Places = [plan.Count + i - 1], Inputs = PlanInputs.Prefix });

    private static PlannedGoal[] PlaceUnderConditions(CoordinationPattern.Conditional pattern, PlanGraph plan, GoalDraft[] goals, string[] names)
    {
        if (plan.Count == 0 && goals[0].Goal.When is not null)
        {
            throw new ArgumentException($"Goal '{names[0]}' comes first, so its condition has nothing to judge by; leave When null.", nameof(goals));
        }

        var first = plan.Count == 0 ? names[0] : plan[0].Name;
        return PlaceEach(goals, names, (goal, name, i) => plan.Count + i == 0
            ? new PlannedGoal(name, goal)
            : new PlannedGoal(name, goal)
            {
                Follows = [first],
                Places = [0],
                Inputs = PlanInputs.Followed,
                When = goal.When ?? pattern.Condition ?? throw new ArgumentException($"Goal '{name}' has no condition, and neither has the pattern; set one of them.", nameof(goals)),
            });
    }

    private static PlannedGoal[] PlaceTeam(CoordinationPattern.SupervisorWorker pattern, PlanGraph plan, GoalDraft[] goals, string[] names)
    {
        var unnamed = Array.FindIndex(goals, static draft => draft.Goal.Name is null);
        if (unnamed >= 0)
        {
            throw new ArgumentException($"Goal {plan.Count + unnamed + 1} has no name, so nobody can delegate to it; set AgentGoal.Name.", nameof(goals));
        }

        if (!plan.TryFind(pattern.Supervisor, out _))
        {
            throw new ArgumentException($"No goal is named '{pattern.Supervisor}', which the pattern names as its supervisor. Names: {string.Join(", ", names)}.", nameof(goals));
        }

        return PlaceEach(goals, names, (goal, name, _) => new PlannedGoal(name, goal)
        {
            Role = string.Equals(name, pattern.Supervisor, StringComparison.Ordinal) ? PlannedGoalRole.Supervisor : PlannedGoalRole.Worker,
        });
    }

    private static string[] NameCandidates(CoordinationPattern.BestOf pattern, GoalDraft[] goals)
    {
        InRange(pattern.Candidates, 2, nameof(pattern.Candidates));
        if (goals.Length != 1)
        {
            throw new ArgumentException($"BestOf tries one goal several times; {goals.Length} were given.", nameof(goals));
        }

        return [.. Enumerable.Range(1, pattern.Candidates).Select(number => string.Create(CultureInfo.InvariantCulture, $"{goals[0].Goal.Name ?? "candidate"} #{number}"))];
    }

    private static PlannedGoal[] PlaceCandidates(CoordinationPattern.BestOf pattern, GoalDraft[] goals, string[] names)
    {
        var goal = goals[0].Goal;
        return [.. names.Select((name, i) => new PlannedGoal(name, goal with { Name = name, Agent = pattern.Agents is { Count: > 0 } agents ? agents[i % agents.Count] : goal.Agent })
        {
            Role = PlannedGoalRole.Candidate,
        })];
    }

    private static PlannedGoal[] PlaceEach(GoalDraft[] goals, string[] names, Func<AgentGoal, string, int, PlannedGoal> place)
    {
        var planned = new PlannedGoal[goals.Length];
        for (var i = 0; i < planned.Length; i++)
        {
            planned[i] = place(goals[i].Goal, names[i], i);
        }

        return planned;
    }

    private static CoordinationPattern.SupervisorWorker Checked(CoordinationPattern.SupervisorWorker team)
    {
        if (string.IsNullOrWhiteSpace(team.Supervisor))
        {
            throw new ArgumentException("The supervisor's name is blank; name the goal that supervises.", nameof(team));
        }

        InRange(team.MaxWorkers, 1, nameof(team.MaxWorkers));
        InRange(team.MaxDepth, 1, nameof(team.MaxDepth));
        InRange(team.MaxDelegations, 1, nameof(team.MaxDelegations));
        return team;
    }

    private static int InRange(int value, int minimum, string name) =>
        value >= minimum ? value : throw new ArgumentOutOfRangeException(nameof(value), value, $"{name} must be from {minimum}.");
}
