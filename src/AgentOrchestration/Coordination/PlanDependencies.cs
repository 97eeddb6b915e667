namespace AgentOrchestration.Coordination;

/// <summary>Places goals by the names they depend on: finds names that nobody has, cycles, and what a cycle keeps from ever starting.</summary>
internal static class PlanDependencies
{
    private const int NamesShown = 20;

    public static PlanStep[] Place(PlanGraph plan, GoalDraft[] goals)
    {
        var names = NumberNames(plan, goals);
        var steps = new PlanStep[goals.Length];
        for (var i = 0; i < steps.Length; i++)
        {
            var (goal, dependsOn) = (goals[i].Goal, goals[i].DependsOn);
            var name = PlanRules.NameOf(goal, plan.Count + i);
            var follows = new int[dependsOn.Length];
            for (var j = 0; j < follows.Length; j++)
            {
                if (!names.TryGetValue(dependsOn[j], out follows[j]) && !plan.TryFind(dependsOn[j], out follows[j]))
                {
                    throw new ArgumentException($"Goal '{name}' depends on '{dependsOn[j]}', and no goal has that name. Names: {List([.. names.Keys])}.", nameof(goals));
                }
            }

            if (follows.Length > 1 && follows.Distinct().Count() < follows.Length)
            {
                throw new ArgumentException($"Goal '{name}' names a dependency twice: {List(dependsOn)}.", nameof(goals));
            }

            steps[i] = new PlanStep(
                new PlannedGoal(name, PlanRules.Named(goal, name), PlannedGoalRole.Goal, dependsOn, goal.When),
                follows,
                follows.Length == 0 ? PlanInputs.None : PlanInputs.Followed);
        }

        ThrowIfCyclic(steps, plan.Count);
        return steps;
    }

    /// <summary>The new steps in an order in which each comes after what it follows, and how many goals the longest path to each has; shorter than the steps if there is a cycle.</summary>
    public static List<int> Order(IReadOnlyList<PlanStep> steps, int first)
    {
        // Kahn's algorithm (Communications of the ACM 5/11, 1962): linear, and without recursion however long the chains are.
        var open = new int[steps.Count];
        var followers = new List<int>?[steps.Count];
        var order = new List<int>(steps.Count);
        for (var i = 0; i < steps.Count; i++)
        {
            foreach (var followed in steps[i].Follows)
            {
                if (followed >= first)
                {
                    open[i]++;
                    (followers[followed - first] ??= []).Add(i);
                }
            }

            if (open[i] == 0)
            {
                order.Add(i);
            }
        }

        for (var next = 0; next < order.Count; next++)
        {
            foreach (var follower in followers[order[next]] ?? [])
            {
                if (--open[follower] == 0)
                {
                    order.Add(follower);
                }
            }
        }

        return order;
    }

    private static Dictionary<string, int> NumberNames(PlanGraph plan, GoalDraft[] goals)
    {
        var names = new Dictionary<string, int>(goals.Length, StringComparer.Ordinal);
        for (var i = 0; i < goals.Length; i++)
        {
            // Names that are taken are found when the steps are added.
            names.TryAdd(PlanRules.NameOf(goals[i].Goal, plan.Count + i), plan.Count + i);
        }

        return names;
    }

    private static void ThrowIfCyclic(PlanStep[] goals, int first)
    {
        var order = Order(goals, first);
        if (order.Count == goals.Length)
        {
            return;
        }

        var stuck = Enumerable.Range(0, goals.Length).Except(order).ToHashSet();
        var path = new List<int>();
        var seen = new HashSet<int>();
        for (var at = stuck.Min(); seen.Add(at); at = Array.Find(goals[at].Follows, followed => stuck.Contains(followed - first)) - first)
        {
            path.Add(at);
        }

        // The walk ends where it meets itself; what comes before that leads into the cycle.
        var start = path.IndexOf(Array.Find(goals[path[^1]].Follows, followed => stuck.Contains(followed - first)) - first);
        var cycle = path[start..];
        var behind = stuck.Except(cycle).Order().Select(i => goals[i].Planned.Name).ToArray();
        throw new ArgumentException(
            $"The goals wait for each other in a circle: {string.Join(" waits for ", Shown([.. cycle.Append(cycle[0]).Select(i => $"'{goals[i].Planned.Name}'")]))}."
                + (behind.Length == 0 ? "" : $" Behind it these could never start: {List(behind)}."),
            nameof(goals));
    }

    private static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", Shown(names));

    private static IEnumerable<string> Shown(string[] names) =>
        names.Length <= NamesShown ? names : names.Take(NamesShown).Append($"and {names.Length - NamesShown} more");
}
