using System.Diagnostics;
using System.Globalization;

namespace AgentOrchestration.Coordination;

/// <summary>What a pattern means: how it places goals in a plan, and what else it says of the run. The patterns are told apart here and nowhere else.</summary>
internal sealed record PlanRules
{
    /// <summary>Places goals behind those that the plan has, or throws.</summary>
    public required Func<PlanGraph, GoalDraft[], PlanStep[]> Place { get; init; }

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
        CoordinationPattern.Conditional conditional => new PlanRules { Place = (plan, goals) => PlaceUnderConditions(conditional, plan, goals), UsesWhen = true },
        CoordinationPattern.SupervisorWorker team => new PlanRules { Place = (plan, goals) => PlaceTeam(team, plan, goals), Team = Checked(team) },
        CoordinationPattern.Graph => new PlanRules { Place = PlanDependencies.Place, UsesDependsOn = true, UsesWhen = true },
        CoordinationPattern.BestOf best => new PlanRules
        {
            Place = (plan, goals) => PlaceCandidates(best, goals),
            Aggregator = new ResultAggregator.Judged(best.Judge ?? throw new ArgumentException("BestOf has no judge.", nameof(pattern))),
            FixesAggregator = true,
            CanGrow = false,
        },
        null => throw new ArgumentNullException(nameof(pattern)),
        _ => throw new UnreachableException(),
    };

    /// <summary>The goal under its name in the plan.</summary>
    public static AgentGoal Named(AgentGoal goal, string name) => goal.Name is null ? goal with { Name = name } : goal;

    public static string NameOf(AgentGoal goal, int index) => goal.Name ?? string.Create(CultureInfo.InvariantCulture, $"goal {index + 1}");

    private static PlanStep[] PlaceSideBySide(PlanGraph plan, GoalDraft[] goals) => PlaceEach(plan, goals, static (_, _) => ([], PlanInputs.None));

    private static PlanStep[] PlaceInChain(PlanGraph plan, GoalDraft[] goals) =>
        PlaceEach(plan, goals, static (_, index) => index == 0 ? ([], PlanInputs.None) : ([index - 1], PlanInputs.Prefix));

    private static PlanStep[] PlaceUnderConditions(CoordinationPattern.Conditional pattern, PlanGraph plan, GoalDraft[] goals)
    {
        if (plan.Count == 0 && goals[0].Goal.When is not null)
        {
            throw new ArgumentException($"Goal '{NameOf(goals[0].Goal, 0)}' comes first, so its condition has nothing to judge by; leave When null.", nameof(goals));
        }

        return PlaceEach(
            plan,
            goals,
            static (_, index) => index == 0 ? ([], PlanInputs.None) : ([0], PlanInputs.Followed),
            (goal, index) => index == 0
                ? null
                : goal.When ?? pattern.Condition ?? throw new ArgumentException($"Goal '{NameOf(goal, index)}' has no condition, and neither has the pattern; set one of them.", nameof(goals)));
    }

    private static PlanStep[] PlaceTeam(CoordinationPattern.SupervisorWorker pattern, PlanGraph plan, GoalDraft[] goals)
    {
        var unnamed = Array.FindIndex(goals, static draft => draft.Goal.Name is null);
        if (unnamed >= 0)
        {
            throw new ArgumentException($"Goal {plan.Count + unnamed + 1} has no name, so nobody can delegate to it; set AgentGoal.Name.", nameof(goals));
        }

        if (plan.Count == 0 && !Array.Exists(goals, draft => IsSupervisor(draft.Goal)))
        {
            throw new ArgumentException($"No goal is named '{pattern.Supervisor}', which the pattern names as its supervisor. Names: {string.Join(", ", goals.Select(static draft => draft.Goal.Name))}.", nameof(goals));
        }

        return PlaceEach(plan, goals, static (_, _) => ([], PlanInputs.None), role: goal => IsSupervisor(goal) ? PlannedGoalRole.Supervisor : PlannedGoalRole.Worker);

        bool IsSupervisor(AgentGoal goal) => string.Equals(goal.Name, pattern.Supervisor, StringComparison.Ordinal);
    }

    private static PlanStep[] PlaceCandidates(CoordinationPattern.BestOf pattern, GoalDraft[] goals)
    {
        InRange(pattern.Candidates, 2, nameof(pattern.Candidates));
        if (goals.Length != 1)
        {
            throw new ArgumentException($"BestOf tries one goal several times; {goals.Length} were given.", nameof(goals));
        }

        var goal = goals[0].Goal;
        return [.. Enumerable.Range(0, pattern.Candidates).Select(i =>
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{goal.Name ?? "candidate"} #{i + 1}");
            var agent = pattern.Agents is { Count: > 0 } agents ? agents[i % agents.Count] : goal.Agent;
            return new PlanStep(new PlannedGoal(name, goal with { Name = name, Agent = agent }, PlannedGoalRole.Candidate, [], when: null), [], PlanInputs.None);
        })];
    }

    private static PlanStep[] PlaceEach(
        PlanGraph plan,
        GoalDraft[] goals,
        Func<GoalDraft, int, (int[] Follows, PlanInputs Inputs)> place,
        Func<AgentGoal, int, AgentCondition?>? when = null,
        Func<AgentGoal, PlannedGoalRole>? role = null)
    {
        var steps = new PlanStep[goals.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var (goal, index) = (goals[i].Goal, plan.Count + i);
            var (follows, inputs) = place(goals[i], index);
            var names = Array.ConvertAll(follows, followed => followed < plan.Count ? plan[followed].Planned.Name : steps[followed - plan.Count].Planned.Name);
            var name = NameOf(goal, index);
            steps[i] = new PlanStep(new PlannedGoal(name, Named(goal, name), role?.Invoke(goal) ?? PlannedGoalRole.Goal, names, when?.Invoke(goal, index)), follows, inputs);
        }

        return steps;
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
