using System.Collections.Concurrent;
using AgentOrchestration.Tests.Testing;
using CsCheck;
using static AgentOrchestration.Tests.Coordination.PlanModel;

namespace AgentOrchestration.Tests.Coordination;

/// <summary>
/// INV-29: no goal starts before its dependencies end, and none waits for anything else. Random plans with failures, conditions and delays, on 1 to 8 slots, against an
/// interpreter that knows nothing of time.
/// </summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class PlanPropertyTests
{
    private const int Iterations = 60;

    [Fact]
    public async Task INV29_Graphs_EndAsTheInterpreterSays() =>
        await Gen.Select(Specs(12), Gen.Int[1, 8]).SampleAsync(
            (specs, capacity) => CheckAsync(new CoordinationPattern.Graph(), specs, capacity, follows: true, conditions: true), iter: Iterations * 2, threads: 1);

    [Fact]
    public async Task INV29_Chains_EndAsTheInterpreterSays() =>
        await Gen.Select(Specs(8), Gen.Int[1, 8]).SampleAsync(
            (specs, capacity) => CheckAsync(new CoordinationPattern.Sequential(), [.. specs.Select((spec, i) => spec with { Follows = i == 0 ? [] : [i - 1], When = Condition.None })], capacity),
            iter: Iterations, threads: 1);

    [Fact]
    public async Task INV29_GoalsSideBySide_EndAsTheInterpreterSays() =>
        await Gen.Select(Specs(10), Gen.Int[1, 8], Gen.Int[0, 4]).SampleAsync(
            (specs, capacity, limit) => CheckAsync(
                new CoordinationPattern.Parallel(limit == 0 ? null : limit), [.. specs.Select(spec => spec with { Follows = [], When = Condition.None })], capacity, limit: limit),
            iter: Iterations, threads: 1);

    [Fact]
    public async Task INV29_GoalsUnderConditions_EndAsTheInterpreterSays() =>
        await Gen.Select(Specs(8), Gen.Int[1, 8]).SampleAsync(
            (specs, capacity) => CheckAsync(
                new CoordinationPattern.Conditional(AgentConditions.That(_ => true)),
                [.. specs.Select((spec, i) => i == 0 ? spec with { Follows = [], When = Condition.None } : spec with
                {
                    Follows = [0],
                    When = spec.When == Condition.None ? Condition.Holds : spec.When,
                    AfterFailure = spec.When != Condition.None && spec.AfterFailure,
                })],
                capacity,
                conditions: true),
            iter: Iterations, threads: 1);

    [Fact]
    public async Task INV29_Candidates_AllRun_AndTheBestOfThoseThatSucceedIsPicked() =>
        await Gen.Select(Gen.Int[2, 6], Gen.Int[0, 15], Gen.Int[1, 8]).SampleAsync(async (count, fails, capacity) =>
        {
            var made = 0;
            await using var world = new World(capacity, options => options
                .AddAgent("good", (_, _) => Task.FromResult<AgentOutput>($"{Interlocked.Increment(ref made)}"))
                .AddAgent("bad", (_, _) => throw new InvalidOperationException("no")));
            string[] agents = [.. Enumerable.Range(0, count).Select(i => (fails >> (i % 4) & 1) == 1 ? "bad" : "good")];
            var judge = CandidateJudge.Score(candidate => int.Parse(candidate.Output!.Text));

            var result = await world.RunAsync(new CoordinationPattern.BestOf(count, judge, agents), ["try"]);

            var good = agents.Count(agent => agent == "good");
            return result.Results.Count == count
                && result.Comparison.Count(candidate => candidate.Score is not null) == good
                && result.Succeeded == good > 0
                && result.Output?.Text == (good > 0 ? $"{good}" : null);
        }, iter: Iterations, threads: 1);

    /// <summary>The order in which goals are added makes no difference: only what each follows does.</summary>
    [Fact]
    public async Task INV29_AGrowingGraph_EndsAsOneThatWasKnownFromTheStart() =>
        await Gen.Select(Specs(10), Gen.Int[1, 8], Gen.Int[1, 4], Gen.Bool).SampleAsync(
            (specs, capacity, chunk, byAgent) => CheckGrowthAsync(specs, capacity, chunk, byAgent), iter: Iterations, threads: 1);

    /// <summary>INV-30 on random graphs: whatever the policy, each goal is accounted for once, and what has finished is kept.</summary>
    [Fact]
    public async Task INV30_UnderEveryPolicy_WhatHasFinishedIsKept() =>
        await Gen.Select(Specs(10), Gen.Int[1, 8], Gen.Int[0, 5]).SampleAsync(
            (specs, capacity, policy) => CheckPolicyAsync(specs, capacity, policy == 0 ? new FailurePolicy.FailFast() : new FailurePolicy.Quorum(Math.Min(policy, specs.Length))),
            iter: Iterations, threads: 1);

    private static World NewWorld(int capacity, ConcurrentDictionary<string, string[]> inputs, Action<AgentOrchestrationOptions>? configure = null) => new(capacity, options =>
    {
        configure?.Invoke(options);
        options.AddAgent(AgentName, async (context, cancellationToken) =>
        {
            inputs[context.Goal.Name!] = [.. context.Inputs.Select(input => input.Goal.Name!)];
            var script = context.Goal.Description.Split(',');
            await Task.Delay(TimeSpan.FromSeconds(int.Parse(script[0])), context.Time, cancellationToken);
            return bool.Parse(script[1]) ? throw new InvalidOperationException("as written") : "done";
        });
    });

    private static async Task CheckAsync(CoordinationPattern pattern, PlannedSpec[] specs, int capacity, bool follows = false, bool conditions = false, int limit = 0)
    {
        var inputs = new ConcurrentDictionary<string, string[]>(StringComparer.Ordinal);
        await using var world = NewWorld(capacity, inputs);

        var result = await world.RunAsync(pattern, [.. specs.Select(spec => ToGoal(spec, follows, conditions))]);

        AssertAsInterpreted(pattern, specs, result, inputs);
        if (limit == 0)
        {
            AssertNothingElseIsWaitedFor(specs, await ReadAsync(world, result.RunId));
        }
        else
        {
            AssertAtMost(limit, await ReadAsync(world, result.RunId));
        }
    }

    private static async Task CheckGrowthAsync(PlannedSpec[] specs, int capacity, int chunkSize, bool byAgent)
    {
        // In an order in which each comes after what it follows, chunk by chunk, while an agent that takes no part keeps the run open.
        var ordered = new List<PlannedSpec>();
        while (ordered.Count < specs.Length)
        {
            ordered.Add(specs.First(spec => !ordered.Contains(spec) && spec.Follows.All(i => ordered.Exists(other => other.Index == i))));
        }

        AgentGoal[][] chunks = [.. ordered.Chunk(chunkSize).Select(chunk => chunk.Select(spec => ToGoal(spec, follows: true, conditions: true)).ToArray())];
        var inputs = new ConcurrentDictionary<string, string[]>(StringComparer.Ordinal);
        await using var world = NewWorld(capacity + 1, inputs, options => options.AddAgent("anchor", async (context, cancellationToken) =>
        {
            foreach (var chunk in chunks)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), context.Time, cancellationToken);
                if (byAgent)
                {
                    await context.AddGoalsAsync(chunk);
                }
            }

            await Task.Delay(TimeSpan.FromSeconds(1), context.Time, cancellationToken);
            return "";
        }));
        var run = await world.Orchestrator.StartAsync(new CoordinationPattern.Graph(), [new AgentGoal("keep open") { Name = "anchor", Agent = "anchor" }]);
        foreach (var chunk in byAgent ? [] : chunks)
        {
            await world.AdvanceAsync(0.9);
            await run.AddGoalsAsync(chunk);
        }

        var result = await world.EndAsync(run);

        AssertAsInterpreted(run.Completion.Result.Plan.Pattern, specs, result with { Results = [.. result.Results.Where(ended => ended.Goal.Name != "anchor")] }, inputs);
        Assert.Equal(["anchor", .. ordered.Select(spec => spec.Name)], result.Plan.Goals.Select(goal => goal.Name));
        AssertStartsAfterItsDependencies(specs, await ReadAsync(world, result.RunId));
    }

    private static async Task CheckPolicyAsync(PlannedSpec[] specs, int capacity, FailurePolicy policy)
    {
        var inputs = new ConcurrentDictionary<string, string[]>(StringComparer.Ordinal);
        await using var world = NewWorld(capacity, inputs);

        var result = await world.RunAsync(
            new CoordinationPattern.Graph(), [.. specs.Select(spec => ToGoal(spec, follows: true, conditions: true))], new OrchestrationRunOptions { Failure = policy });

        var events = await ReadAsync(world, result.RunId);
        var finished = events.Where(e => e.IsTerminal).Select(e => e switch { AgentCompleted c => c.Result, AgentFailed f => f.Result, AgentCancelled c => c.Result, _ => null }).ToHashSet();
        Assert.Equal(finished, [.. result.Results]);
        Assert.Equal(specs.Select(spec => spec.Name).Order(), result.NamesOf().Concat(result.Skipped.Select(skipped => skipped.Name)).Order());
        AssertStartsAfterItsDependencies(specs, events);

        // Nothing is accepted once the run stops.
        var stopped = events.SkipWhile(e => e is not RunStopping).ToArray();
        Assert.DoesNotContain(stopped, e => e is AgentSpawned);
        var succeeded = result.Results.Count(ended => ended.Succeeded);
        if (policy is FailurePolicy.Quorum { Required: var required })
        {
            Assert.Equal(succeeded >= required, result.Succeeded);
        }
        else
        {
            Assert.Equal(result.StopReason is null, result.Succeeded);
            Assert.Equal(result.StopReason is null, result.Results.All(ended => ended.Succeeded) && result.Skipped.All(skipped => skipped.Reason is SkipReason.ConditionNotMet or SkipReason.NotNeeded));
        }
    }

    private static void AssertAsInterpreted(CoordinationPattern pattern, PlannedSpec[] specs, OrchestrationResult result, ConcurrentDictionary<string, string[]> inputs)
    {
        var outcomes = Interpret(specs);
        foreach (var spec in specs)
        {
            var outcome = outcomes[spec.Name];
            var ended = result.Results.SingleOrDefault(other => other.Goal.Name == spec.Name);
            var skipped = result.Skipped.SingleOrDefault(other => other.Name == spec.Name);
            Assert.Equal(outcome.Reason, skipped?.Reason);
            Assert.Equal(
                outcome.Fate switch { Fate.Succeeds => (AgentState.Completed, null), Fate.Fails => (AgentState.Failed, AgentErrorCodes.AgentFailed), Fate.FailsByItsCondition => (AgentState.Failed, AgentErrorCodes.ConditionFailed), _ => ((AgentState?)null, (string?)null) },
                (ended?.State, ended?.Error?.Code));
            if (outcome.Fate is Fate.Succeeds or Fate.Fails)
            {
                // A chain gives all before it, and they have succeeded; the others give what the goal follows.
                var expected = pattern is CoordinationPattern.Sequential ? Enumerable.Range(0, spec.Index).Select(i => $"g{i}") : outcome.Inputs;
                Assert.Equal(expected, inputs[spec.Name]);
            }
        }

        Assert.Equal(specs.Length, result.Results.Count + result.Skipped.Count);
        Assert.Equal(outcomes.Values.All(outcome => outcome.Fate == Fate.Succeeds || outcome.Reason is SkipReason.ConditionNotMet or SkipReason.NotNeeded), result.Succeeded);
    }

    private static void AssertStartsAfterItsDependencies(PlannedSpec[] specs, IReadOnlyList<AgentEvent> events)
    {
        var (over, spawned) = Places(events);
        foreach (var spec in specs.Where(spec => spawned.ContainsKey(spec.Name)))
        {
            Assert.All(spec.Follows, i => Assert.True(over[$"g{i}"].Sequence < spawned[spec.Name].Sequence));
        }
    }

    // Accepted in the very moment, on simulated time, in which the last one it follows was over.
    private static void AssertNothingElseIsWaitedFor(PlannedSpec[] specs, IReadOnlyList<AgentEvent> events)
    {
        AssertStartsAfterItsDependencies(specs, events);
        var (over, spawned) = Places(events);
        var start = events[0].Timestamp;
        foreach (var spec in specs.Where(spec => spawned.ContainsKey(spec.Name)))
        {
            Assert.Equal(spec.Follows.Select(i => over[$"g{i}"].Timestamp).Append(start).Max(), spawned[spec.Name].Timestamp);
        }
    }

    private static void AssertAtMost(int limit, IReadOnlyList<AgentEvent> events)
    {
        var underWay = 0;
        foreach (var e in events)
        {
            underWay += e is AgentSpawned ? 1 : e.IsTerminal ? -1 : 0;
            Assert.InRange(underWay, 0, limit);
        }
    }

    private static (Dictionary<string, AgentEvent> Over, Dictionary<string, AgentEvent> Spawned) Places(IReadOnlyList<AgentEvent> events)
    {
        var names = events.OfType<AgentSpawned>().ToDictionary(e => e.AgentId!.Value, e => e.Name);
        var over = events.Where(e => e.IsTerminal).ToDictionary(e => names[e.AgentId!.Value], StringComparer.Ordinal);
        foreach (var skipped in events.OfType<RunGoalSkipped>())
        {
            over.Add(skipped.Goal, skipped);
        }

        return (over, events.OfType<AgentSpawned>().ToDictionary(e => e.Name, AgentEvent (e) => e, StringComparer.Ordinal));
    }

    private static async Task<IReadOnlyList<AgentEvent>> ReadAsync(World world, RunId run)
    {
        var events = new List<AgentEvent>();
        await foreach (var e in world.Orchestrator.Subscribe(new EventFilter { Run = run, After = 0 }))
        {
            events.Add(e);
        }

        return events;
    }
}
