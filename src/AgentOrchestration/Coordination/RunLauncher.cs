using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>Starts runs.</summary>
internal sealed class RunLauncher(AgentScheduler scheduler, RunServices services)
{
    /// <summary>Starts the plan, or throws and starts nothing.</summary>
    /// <param name="pattern">How the agents take turns.</param>
    /// <param name="goals">The goals.</param>
    /// <param name="options">What else may be chosen.</param>
    /// <param name="activity">The activity in whose flow this is, to whose attempt the run belongs then.</param>
    public OrchestrationRun Start(CoordinationPattern pattern, IReadOnlyList<AgentGoal> goals, OrchestrationRunOptions? options, AgentActivity? activity)
    {
        var drafts = GoalDraft.Of(goals);
        var plan = PlanGraph.Of(pattern, drafts, options);
        services.ThrowIfUnknown(plan);
        var codes = new AgentCode[plan.Count];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = scheduler.Intake.FindCode(plan[i].Goal);
        }

        var run = new PlanRun(scheduler, services, plan, drafts, codes, activity?.AttemptOfActivity);
        run.Start();
        return new OrchestrationRun(run);
    }
}
