namespace AgentOrchestration.Coordination;

/// <summary>Places goals by the names they depend on: finds names that nobody has, cycles, and what a cycle keeps from ever starting.</summary>
internal static class PlanDependencies
{
    private const int NamesShown = 20;

    public static PlannedGoal[] Place(PlanGraph plan, GoalDraft[] goals, string[] names)
    {
        var planned = new PlannedGoal[goals.Length];

        // Who named each goal last, to find one that is named twice.
        var namedBy = new int[plan.Count + goals.Length];
        var pointsForward = false;
        for (var i = 0; i < planned.Length; i++)
        {
            var (goal, dependsOn) = (goals[i].Goal, goals[i].DependsOn);
            var places = dependsOn.Length == 0 ? [] : new int[dependsOn.Length];
            for (var j = 0; j < places.Length; j++)
            {
                if (dependsOn[j] is not { } name || !plan.TryFind(name, out var place))
                {
                    throw new ArgumentException($"Goal '{names[i]}' depends on '{dependsOn[j]}', and no goal has that name. Names: {List(names)}.", nameof(goals));
                }

                if (namedBy[place] == i + 1)
                {
                    throw new ArgumentException($"Goal '{names[i]}' names a dependency twice: {List(dependsOn)}.", nameof(goals));
                }

                namedBy[place] = i + 1;
                pointsForward |= place >= plan.Count + i;
                places[j] = place;
            }

            planned[i] = new PlannedGoal(names[i], goal) { Follows = dependsOn, Places = places, When = goal.When, Inputs = places.Length == 0 ? PlanInputs.None : PlanInputs.Followed };
        }

        // Where all follow earlier ones there is no circle.
        if (pointsForward)
        {
            ThrowIfCyclic(planned, plan.Count);
        }

        return planned;
    }

    /// <summary>The goals in an order in which each comes after what it follows; without those that a circle keeps from ever starting.</summary>
    /// <param name="goals">The goals.</param>
    /// <param name="first">The place of the first of them; what comes before it counts as over.</param>
    public static List<int> Order(IReadOnlyList<PlannedGoal> goals, int first)
    {
        // Kahn's algorithm (Communications of the ACM 5/11, 1962): linear, and without recursion however long the chains are.
        var open = new int[goals.Count];
        var followers = new List<int>?[goals.Count];
        var order = new List<int>(goals.Count);
        for (var i = 0; i < goals.Count; i++)
        {
            foreach (var place in goals[i].Places)
            {
                if (place >= first)
                {
                    open[i]++;
                    (followers[place - first] ??= []).Add(i);
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

    private static void ThrowIfCyclic(PlannedGoal[] goals, int first)
    {
        var order = Order(goals, first);
        if (order.Count == goals.Length)
        {
            return;
        }

        var stuck = Enumerable.Range(0, goals.Length).Except(order).ToHashSet();
        var path = new List<int>();
        var seen = new HashSet<int>();
        for (var at = stuck.Min(); seen.Add(at); at = Array.Find(goals[at].Places, followed => stuck.Contains(followed - first)) - first)
        {
            path.Add(at);
        }

        // The walk ends where it meets itself; what comes before that leads into the cycle.
        var start = path.IndexOf(Array.Find(goals[path[^1]].Places, followed => stuck.Contains(followed - first)) - first);
        var cycle = path[start..];
        var behind = stuck.Except(cycle).Order().Select(i => goals[i].Name).ToArray();
        throw new ArgumentException(
            $"The goals wait for each other in a circle: {string.Join(" waits for ", Shown([.. cycle.Append(cycle[0]).Select(i => $"'{goals[i].Name}'")]))}."
                + (behind.Length == 0 ? "" : $" Behind it these could never start: {List(behind)}."),
            nameof(goals));
    }

    private static string List(string[] names) => names.Length == 0 ? "none" : string.Join(", ", Shown(names));

    private static IEnumerable<string> Shown(string[] names) =>
        names.Length <= NamesShown ? names : names.Take(NamesShown).Append($"and {names.Length - NamesShown} more");
}
