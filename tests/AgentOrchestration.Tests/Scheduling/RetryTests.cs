using AgentOrchestration.Scheduling;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>INV-20: retries never exceed the policy, delays stay in bounds, none after a cancel; children and guards end with their attempt.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class RetryTests
{
    private static readonly InvalidOperationException Broken = new("broken");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task INV20_FailingAgent_HasAsManyAttemptsAsThePolicyAllows(int attempts)
    {
        await using var world = new World();
        var handle = await world.SpawnAsync(new AgentGoal("x") { Retry = new() { MaxAttempts = attempts } }, new ScriptedAgent().Throw(Broken));

        var result = await world.EndAsync(handle);

        Assert.Equal((AgentState.Failed, attempts, AgentErrorCodes.AgentFailed, "broken"), (result.State, result.Attempts, result.Error!.Code, result.Error.Message));
        Assert.Same(Broken, result.Error.Exception);
        Assert.Equal(attempts - 1, world.Events.Of(handle.Id).OfType<AgentRetrying>().Count());
        Assert.Equal(Enumerable.Range(1, attempts), world.Events.Of(handle.Id).OfType<AgentStarted>().Select(e => e.Attempt));
    }

    [Fact]
    public async Task INV20_Intervals_GrowUpToTheLongest()
    {
        await using var world = new World();
        var policy = new AgentRetryPolicy { MaxAttempts = 6, InitialDelay = TimeSpan.FromSeconds(1), BackoffFactor = 3, MaxDelay = TimeSpan.FromSeconds(20), Jitter = 0 };
        var handle = await world.SpawnAsync(new AgentGoal("x") { Retry = policy }, new ScriptedAgent().Throw(Broken));

        var result = await world.EndAsync(handle);

        Assert.Equal([1, 3, 9, 20, 20], world.Events.Events.OfType<AgentRetrying>().Select(e => e.Delay.TotalSeconds));
        Assert.Equal(53, result.Duration.TotalSeconds);
    }

    [Fact]
    public void INV20_Delay_StaysInBounds_WhateverThePolicy() =>
        Gen.Select(Gen.Int[1, 10_000], Gen.Double[0, 1e6], Gen.Double[1, 100], Gen.Double[0, 365 * 86_400], Gen.Double[0, 1], Gen.Double[0, 1]).Sample((attempt, initial, factor, longest, jitter, random) =>
        {
            var policy = new AgentRetryPolicy { InitialDelay = TimeSpan.FromSeconds(initial), BackoffFactor = factor, MaxDelay = TimeSpan.FromSeconds(longest), Jitter = jitter };

            var delay = RetryDelay.After(attempt, policy, random).TotalSeconds;

            var interval = policy.InitialDelay == TimeSpan.Zero ? 0 : Math.Min(longest, policy.InitialDelay.TotalSeconds * Math.Pow(factor, attempt - 1));
            return delay >= 0
                && delay <= longest + 1e-6
                && delay >= Math.Min(longest, interval * (1 - jitter)) - 1e-6
                && delay <= (interval * (1 + jitter)) + 1e-6;
        });

    [Fact]
    public async Task INV20_OnlyTheCodesOfThePolicy_AreRetried()
    {
        await using var world = new World();
        var policy = new AgentRetryPolicy { MaxAttempts = 5, RetriedCodes = ["busy"] };
        var busy = await world.SpawnAsync(new AgentGoal("x") { Retry = policy }, new ScriptedAgent().ThrowOnFirst(2, new AgentFailureException("busy", "later")).Throw(Broken));
        var other = await world.SpawnAsync(new AgentGoal("x") { Retry = policy }, new ScriptedAgent().Throw(Broken));

        var results = await world.EndAllAsync(busy, other);

        Assert.Equal([3, 1], results.Select(result => result.Attempts));
    }

    [Fact]
    public async Task INV20_AfterACancel_NoAttemptFollows()
    {
        await using var world = new World();
        var policy = new AgentRetryPolicy { MaxAttempts = 100 };
        var gate = new AgentGate();
        var between = await world.SpawnAsync(new AgentGoal("x") { Retry = policy }, new ScriptedAgent().Throw(Broken));
        var running = await world.SpawnAsync(new AgentGoal("x") { Retry = policy }, new ScriptedAgent().Do(async (_, ct) =>
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gate.PassAsync(ct));
            throw Broken;
        }));
        await world.SettleAsync();
        await world.Orchestrator.CancelAllAsync();
        var results = await world.EndAllAsync(between, running);
        await world.AdvanceAsync(1000);

        Assert.All(results, result => Assert.Equal((AgentState.Cancelled, 1, null), (result.State, result.Attempts, result.Error)));
        Assert.Equal(2, world.Events.Events.OfType<AgentStarted>().Count());
    }

    [Fact]
    public async Task INV20_ChildrenAndGuards_EndWithTheirAttempt()
    {
        await using var world = new World(capacity: 2);
        var heldInSecond = false;
        var handle = await world.SpawnAsync(
            new AgentGoal("x") { Retry = new() { MaxAttempts = 2, InitialDelay = TimeSpan.FromSeconds(10), Jitter = 0 } },
            new ScriptedAgent()
                .Do(async (context, _) =>
                {
                    if (context.Attempt == 2)
                    {
                        heldInSecond = context.Locks.TryAcquire(ResourceRequest.Exclusive("r"), out var guard, out var conflict);
                        Assert.Single(world.Orchestrator.ListAgents());
                        return;
                    }

                    await context.Locks.AcquireAsync(ResourceRequest.Exclusive("r"));
                    await context.SpawnAsync(new AgentGoal("c") { Name = "child" }, new ScriptedAgent().Receive());
                })
                .ThrowOnFirst(1, Broken));
        await world.AdvanceAsync(5);

        Assert.Equal(AgentState.Idle, world.State(handle));
        Assert.Single(world.Orchestrator.ListAgents());
        Assert.Equal(0, world.Orchestrator.Scheduler.Locks.Count);
        Assert.Equal(AgentState.Completed, (await world.EndAsync(handle)).State);
        Assert.True(heldInSecond);
        Assert.Equal(["child", "default"], world.NamesOf(world.Events.Events.Where(e => e.IsTerminal)));
        Assert.Contains("parent", world.Events.Events.OfType<AgentCancelled>().Single().Reason);
    }

    [Fact]
    public async Task INV20_DetachedAttempt_IsNotRetried_UnlessThePolicySaysSo()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var agent = new ScriptedAgent().Do((context, _) => context.Attempt == 1 ? gate.PassAsync() : Task.CompletedTask).Return("second");
        var policy = new AgentRetryPolicy { MaxAttempts = 2 };
        var timeouts = new AgentTimeouts { Attempt = TimeSpan.FromSeconds(5) };
        var plain = await world.SpawnAsync(new AgentGoal("x") { Retry = policy, Timeouts = timeouts }, agent);
        var willing = await world.SpawnAsync(new AgentGoal("x") { Retry = policy with { RetryDetached = true }, Timeouts = timeouts }, agent);

        var results = await world.EndAllAsync(plain, willing);

        Assert.Equal((AgentState.Failed, AgentErrorCodes.AttemptTimeout, true, 1), (results[0].State, results[0].Error!.Code, results[0].Detached, results[0].Attempts));
        Assert.Equal((AgentState.Completed, null, false, 2), (results[1].State, results[1].Error, results[1].Detached, results[1].Attempts));
        Assert.Equal(2, world.Orchestrator.Scheduler.Endings.Detached);
        gate.Open();
        await world.SettleAsync();
        Assert.Equal(0, world.Orchestrator.Scheduler.Endings.Detached);
        Assert.Equal("second", (await willing.Completion).Output!.Text);
    }

    [Fact]
    public async Task Checkpoint_OfOneAttempt_IsThereInTheNext()
    {
        await using var world = new World();
        var loaded = new List<int>();
        var handle = await world.SpawnAsync(new AgentGoal("x") { Retry = new() { MaxAttempts = 3 } }, new ScriptedAgent().Do(async (context, _) =>
        {
            var done = await context.LoadCheckpointAsync<int>();
            loaded.Add(done);
            await context.SaveCheckpointAsync(done + 1);
            await context.SaveCheckpointAsync(done + 10);
        }).ThrowOnFirst(2, Broken));

        await world.EndAsync(handle);

        Assert.Equal([0, 10, 20], loaded);
    }
}
