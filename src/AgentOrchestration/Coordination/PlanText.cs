using System.Globalization;
using System.Text;

namespace AgentOrchestration.Coordination;

/// <summary>A plan in words.</summary>
internal static class PlanText
{
    public static string Describe(OrchestrationPlan plan)
    {
        var goals = plan.Goals;
        var order = PlanDependencies.Order(goals, first: 0);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{plan.Options.Name ?? "run"}: {plan.Pattern.PatternKind}, {goals.Count} goals, longest path {LongestPath(goals, order)}, {plan.Options.Failure}, output: {plan.Aggregator.Label}");
        if (plan.MaxConcurrency is { } limit)
        {
            text.Append(CultureInfo.InvariantCulture, $", at most {limit} at a time");
        }

        if (plan.Pattern is CoordinationPattern.SupervisorWorker team)
        {
            text.Append(CultureInfo.InvariantCulture, $", at most {team.MaxWorkers} workers at a time, {team.MaxDepth} levels, {team.MaxDelegations} delegations");
        }

        text.Append('\n');
        for (var i = 0; i < order.Count; i++)
        {
            Append(text, i + 1, goals[order[i]]);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, int number, PlannedGoal planned)
    {
        text.Append(CultureInfo.InvariantCulture, $"{number}. {planned.Name}: agent '{planned.Goal.Agent ?? AgentOrchestrationOptions.DefaultAgentName}', {planned.Goal.Priority}, ");
        text.Append(planned.Role == PlannedGoalRole.Worker ? "when the supervisor delegates to it" : planned.Follows.Count == 0 ? "at once" : $"after {string.Join(", ", planned.Follows)}");
        if (planned.When is { } condition)
        {
            text.Append(CultureInfo.InvariantCulture, $", if {condition.Label}{(condition.AfterFailure ? ", even after a failure" : "")}");
        }

        text.Append('\n');
    }

    private static int LongestPath(IReadOnlyList<PlannedGoal> goals, List<int> order)
    {
        var lengths = new int[goals.Count];
        foreach (var i in order)
        {
            lengths[i] = 1 + (goals[i].Places.Length == 0 ? 0 : goals[i].Places.Max(place => lengths[place]));
        }

        return lengths.Max();
    }
}
