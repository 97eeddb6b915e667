using AgentOrchestration.Goals;

namespace AgentOrchestration.Coordination;

/// <summary>A goal that is about to be placed in a plan: checked, and free of collections that its giver could still change.</summary>
internal readonly record struct GoalDraft(AgentGoal Goal, string[] DependsOn)
{
    public static GoalDraft[] Of(IReadOnlyList<AgentGoal> goals)
    {
        ArgumentNullException.ThrowIfNull(goals);
        if (goals.Count == 0)
        {
            throw new ArgumentException("There are no goals; name at least one.", nameof(goals));
        }

        var drafts = new GoalDraft[goals.Count];
        for (var i = 0; i < drafts.Length; i++)
        {
            var goal = goals[i];
            GoalValidator.ThrowIfInvalid(goal, $"goals[{i}]");
            if (goal.IdempotencyKey is not null)
            {
                throw new ArgumentException($"{goal}: an idempotency key would give an agent of another run or of none; in a run leave it null.", $"goals[{i}]");
            }

            drafts[i] = new GoalDraft(goal, goal.DependsOn.Count == 0 ? [] : [.. goal.DependsOn]);
        }

        return drafts;
    }
}
