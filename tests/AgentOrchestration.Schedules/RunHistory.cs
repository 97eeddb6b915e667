using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>What the history of every run must satisfy: it begins and ends once, nothing of it comes later, and nothing is let in or started once it stops.</summary>
internal static class RunHistory
{
    public static void Check(IReadOnlyList<AgentEvent> events)
    {
        var stopped = new HashSet<RunId>();
        var open = new HashSet<RunId>();
        var known = new HashSet<RunId>();
        foreach (var e in events)
        {
            if (e is RunStarted)
            {
                open.Add(e.RunId!.Value);
                Specification.Assert(known.Add(e.RunId!.Value), $"{e}: the run started before");
                continue;
            }

            if (e.RunId is not { } run || !known.Contains(run))
            {
                continue;
            }

            Specification.Assert(open.Contains(run), $"{e} comes after the end of its run");
            Specification.Assert(e is not (AgentSpawned or AgentStarted or RunGrown) || !stopped.Contains(run), $"{e} comes after its run was stopped");
            if (e is RunStopping)
            {
                stopped.Add(run);
            }
            else if (e is RunCompleted)
            {
                open.Remove(run);
            }
        }

        foreach (var run in open)
        {
            Specification.Assert(false, $"{run} never ended");
        }
    }

    /// <summary>INV-29: a goal is let in when all that it follows has ended, and not before.</summary>
    public static void CheckOrder(IReadOnlyList<AgentEvent> events, params AgentGoal[] goals)
    {
        var ends = new HashSet<string>(StringComparer.Ordinal);
        var names = new Dictionary<AgentId, string>();
        foreach (var e in events)
        {
            if (e is AgentSpawned spawned && Array.Find(goals, goal => goal.Name == spawned.Name) is { } goal)
            {
                names.Add(e.AgentId!.Value, spawned.Name);
                foreach (var followed in goal.DependsOn)
                {
                    Specification.Assert(ends.Contains(followed), $"'{goal.Name}' was let in before '{followed}' had ended");
                }
            }
            else if (e.IsTerminal && names.TryGetValue(e.AgentId!.Value, out var name))
            {
                ends.Add(name);
            }
        }
    }

    /// <summary>INV-30: every goal is accounted for once, and whoever completed is among the results as completed.</summary>
    public static void CheckResult(IReadOnlyList<AgentEvent> events, OrchestrationResult result, params string[] goals)
    {
        var accounted = result.Results.Select(static ended => ended.Goal.Name!).Concat(result.Skipped.Select(static skipped => skipped.Name)).Order(StringComparer.Ordinal);
        Specification.Assert(accounted.SequenceEqual(goals.Order(StringComparer.Ordinal)), $"Accounted for are {string.Join(", ", accounted)}");
        foreach (var completed in events.OfType<AgentCompleted>().Where(completed => completed.RunId == result.RunId))
        {
            Specification.Assert(result.Results.Any(ended => ended.Id == completed.AgentId && ended.State == AgentState.Completed), $"{completed} is not among the results");
        }
    }
}
