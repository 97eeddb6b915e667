using CsCheck;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>Random goals, and what must become of them whatever the timing: an interpreter that takes one goal after another and knows nothing of time, slots and threads.</summary>
internal static class PlanModel
{
    public const string AgentName = "scripted";

    /// <summary>One goal: how long its agent works, whether it fails, what it follows, and under which condition.</summary>
    public sealed record PlannedSpec(int Index, int Seconds, bool Fails, Condition When, bool AfterFailure, IReadOnlyList<int> Follows)
    {
        public string Name => $"g{Index}";
    }

    public enum Condition
    {
        None,
        Holds,
        DoesNotHold,
        Throws,
        AnyInputSucceeded,
    }

    public enum Fate
    {
        Succeeds,
        Fails,
        FailsByItsCondition,
        Skipped,
    }

    public sealed record Outcome(Fate Fate, SkipReason? Reason, IReadOnlyList<string> Inputs);

    /// <summary>Goals whose dependencies form no cycle, in an order that has nothing to do with it.</summary>
    public static Gen<PlannedSpec[]> Specs(int most) => Gen.Int[1, most].SelectMany(count =>
        Gen.Select(Gen.Int[0, 1000].Array[count], Gen.Int[0, 3].Array[count], Gen.Int[0, 4].Array[count], Gen.Int[0, 9].Array[count], Gen.Bool.Array[count], Gen.Int[0, 3].Array[count * count])
            .Select((ranks, seconds, fails, conditions, after, edges) => Enumerable.Range(0, count).Select(i => new PlannedSpec(
                i,
                seconds[i],
                fails[i] == 0,
                conditions[i] < 5 ? (Condition)conditions[i] : Condition.None,
                after[i],
                [.. Enumerable.Range(0, count).Where(j => (ranks[j], j).CompareTo((ranks[i], i)) < 0 && edges[(i * count) + j] == 0).OrderBy(j => edges[((i + j) * 7) % edges.Length])])).ToArray()));

    public static AgentGoal ToGoal(PlannedSpec spec, bool follows, bool conditions) => new($"{spec.Seconds},{spec.Fails}")
    {
        Name = spec.Name,
        Agent = AgentName,
        DependsOn = follows ? [.. spec.Follows.Select(i => $"g{i}")] : [],
        When = conditions ? ConditionOf(spec) : null,
    };

    public static AgentCondition? ConditionOf(PlannedSpec spec) => spec.When switch
    {
        Condition.None => null,
        Condition.Holds => AgentConditions.That(_ => true) with { AfterFailure = spec.AfterFailure },
        Condition.DoesNotHold => AgentConditions.That(_ => false) with { AfterFailure = spec.AfterFailure },
        Condition.Throws => AgentConditions.That(_ => throw new InvalidOperationException("no idea")) with { AfterFailure = spec.AfterFailure },
        _ => AgentConditions.That(context => context.Inputs.Any(input => input.Succeeded)) with { AfterFailure = spec.AfterFailure },
    };

    /// <summary>What becomes of each goal under the policy that goes on.</summary>
    public static Dictionary<string, Outcome> Interpret(IEnumerable<PlannedSpec> specs)
    {
        var left = specs.ToList();
        var outcomes = new Dictionary<string, Outcome>(StringComparer.Ordinal);
        while (left.Count > 0)
        {
            var next = left.First(spec => spec.Follows.All(i => outcomes.ContainsKey($"g{i}")));
            left.Remove(next);
            outcomes.Add(next.Name, Decide(next, [.. next.Follows.Select(i => ($"g{i}", outcomes[$"g{i}"]))]));
        }

        return outcomes;
    }

    private static Outcome Decide(PlannedSpec spec, (string Name, Outcome Outcome)[] followed)
    {
        string[] inputs = [.. followed.Where(other => other.Outcome.Fate != Fate.Skipped).Select(other => other.Name)];
        var unmet = followed.Where(other => other.Outcome.Fate != Fate.Succeeds).ToArray();
        if (unmet.Length > 0 && !(spec.AfterFailure && spec.When != Condition.None))
        {
            return new Outcome(Fate.Skipped, unmet.All(other => other.Outcome.Reason is SkipReason.ConditionNotMet or SkipReason.NotNeeded) ? SkipReason.NotNeeded : SkipReason.DependencyFailed, inputs);
        }

        return spec.When switch
        {
            Condition.Throws => new Outcome(Fate.FailsByItsCondition, null, inputs),
            Condition.DoesNotHold => new Outcome(Fate.Skipped, SkipReason.ConditionNotMet, inputs),
            Condition.AnyInputSucceeded when !followed.Any(other => other.Outcome.Fate == Fate.Succeeds) => new Outcome(Fate.Skipped, SkipReason.ConditionNotMet, inputs),
            _ => new Outcome(spec.Fails ? Fate.Fails : Fate.Succeeds, null, inputs),
        };
    }
}
