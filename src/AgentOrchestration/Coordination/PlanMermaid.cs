using System.Globalization;
using System.Text;
using AgentOrchestration.Internal;

namespace AgentOrchestration.Coordination;

/// <summary>Plans and finished runs as Mermaid text.</summary>
internal static class PlanMermaid
{
    private const string Styles = """
            classDef completed fill:#d5f5d5,stroke:#2a7d2a
            classDef failed fill:#f8d0d0,stroke:#a33
            classDef cancelled fill:#eee,stroke:#888
            classDef skipped fill:#fff,stroke:#aaa,stroke-dasharray:4

        """;

    /// <summary>Draws the plan and, if it has run, how each goal ended and how long it took.</summary>
    public static string Draw(OrchestrationPlan plan, OrchestrationResult? result)
    {
        var text = new StringBuilder("flowchart TD\n");
        var goals = plan.Goals;
        var supervisor = -1;
        var leadsOn = new bool[goals.Count];
        for (var i = 0; i < goals.Count; i++)
        {
            var planned = goals[i];
            var (label, state) = result is null ? ("", null) : OutcomeOf(planned, result);
            text.Append(CultureInfo.InvariantCulture, $"    n{i}[\"{MermaidText.Escape(planned.Name)}{label}\"]{(state is null ? "" : ":::" + state)}\n");
            supervisor = planned.Role == PlannedGoalRole.Supervisor ? i : supervisor;
        }

        for (var i = 0; i < goals.Count; i++)
        {
            var condition = goals[i].When is { } when ? $"|\"if {MermaidText.Escape(when.Label)}\"|" : "";
            foreach (var followed in goals[i].Places)
            {
                leadsOn[followed] = true;
                text.Append(CultureInfo.InvariantCulture, $"    n{followed} -->{condition} n{i}\n");
            }

            if (goals[i].Role == PlannedGoalRole.Worker)
            {
                leadsOn[i] = true;
                text.Append(CultureInfo.InvariantCulture, $"    n{supervisor} -.-> n{i}\n");
            }
        }

        if (plan.Aggregator is not (ResultAggregator.Collect or ResultAggregator.Last))
        {
            text.Append(CultureInfo.InvariantCulture, $"    output([\"{MermaidText.Escape(plan.Aggregator.Label)}\"])\n");
            foreach (var end in Enumerable.Range(0, goals.Count).Where(i => !leadsOn[i]))
            {
                text.Append(CultureInfo.InvariantCulture, $"    n{end} --> output\n");
            }
        }

        return result is null ? text.ToString() : text.Append(Styles).ToString();
    }

    private static (string Label, string State) OutcomeOf(PlannedGoal planned, OrchestrationResult result)
    {
        if (planned.Role == PlannedGoalRole.Worker && result.Delegated.Count(work => string.Equals(work.Goal.Name, planned.Name, StringComparison.Ordinal)) is > 0 and var times)
        {
            return (string.Create(CultureInfo.InvariantCulture, $"<br/>delegated {times} times"), "completed");
        }

        if (result.Find(planned.Name) is not { } ended)
        {
            return ("<br/>skipped", "skipped");
        }

        // Completed without having met its criteria is not what anybody wanted.
        var state = ended.State switch
        {
            AgentState.Completed when ended.Succeeded => "completed",
            AgentState.Cancelled => "cancelled",
            _ => "failed",
        };
        var chosen = result.Comparison.Any(candidate => candidate.IsChosen && string.Equals(candidate.Name, planned.Name, StringComparison.Ordinal)) ? ", chosen" : "";
        return (string.Create(CultureInfo.InvariantCulture, $"<br/>{state} in {ended.Duration.TotalSeconds:0.###} s{chosen}"), state);
    }
}
