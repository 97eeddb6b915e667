using System.Text.Json;
using AgentOrchestration.Durability;
using AgentOrchestration.Scheduling;

namespace AgentOrchestration.Coordination;

/// <summary>Starts runs, and takes over those that an earlier process left.</summary>
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
        var codes = FindCodes(plan);
        var step = activity?.NextStep();
        if (step is not null && scheduler.Recall.TakeRun(activity!, step) is { Plan: not null } recorded)
        {
            return Restore(recorded, activity!.AttemptOfActivity, step);
        }

        var run = new PlanRun(scheduler, services, plan, drafts, codes, activity?.AttemptOfActivity, step is null ? null : StepKey.ForRun(activity!.Id, step));
        run.Start();
        return new OrchestrationRun(run);
    }

    /// <summary>Takes a run over from the store.</summary>
    /// <param name="recorded">What the store has of it, with its plan.</param>
    /// <param name="parent">The attempt that it belongs to; null for the host.</param>
    /// <param name="step">The step in which it was started.</param>
    /// <exception cref="JsonException">The plan cannot be read.</exception>
    /// <exception cref="InvalidOperationException">What it names is not registered.</exception>
    public OrchestrationRun Restore(RecordedRun recorded, Attempt? parent = null, string? step = null)
    {
        var plan = PlanRecords.ReadPlan(recorded.Plan!);
        var drafts = new List<GoalDraft>(GoalDraft.Of(plan.Sources));
        var graph = PlanGraph.Of(plan.Pattern, [.. drafts], plan.Options);
        foreach (var added in recorded.Added)
        {
            var more = GoalDraft.Of(PlanRecords.ReadGoals(added));
            graph.Add(more);
            drafts.AddRange(more);
        }

        services.ThrowIfUnknown(graph);
        var run = new PlanRun(scheduler, services, graph, [.. drafts], FindCodes(graph), parent, step is null ? null : StepKey.ForRun(parent!.Agent.Id, step));
        run.Restore(recorded, isReplay: scheduler.Replay is not null);
        return new OrchestrationRun(run);
    }

    private AgentCode[] FindCodes(PlanGraph plan) => [.. plan.Goals.Select(planned => scheduler.Intake.FindCode(planned.Goal))];
}
