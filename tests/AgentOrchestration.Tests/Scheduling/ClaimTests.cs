using System.Text.Json;
using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;
using CsCheck;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>What goals claim is taken as one set before an attempt starts, and held to its end.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class ClaimTests
{
    private static readonly ResourceRequest A = ResourceRequest.Exclusive("a");
    private static readonly ResourceRequest B = ResourceRequest.Exclusive("b");

    [Fact]
    public async Task OverlappingClaims_NeverRunTogether_AndTheOthersDo()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var first = await world.SpawnAsync(Claiming("first", A, B), new ScriptedAgent().Pass(gate));
        var second = await world.SpawnAsync(Claiming("second", B), new ScriptedAgent().Pass(gate));
        var other = await world.SpawnAsync(Claiming("other", ResourceRequest.Exclusive("c")), new ScriptedAgent().Pass(gate));
        await gate.WaitForArrivalAsync(2).WaitAsync(World.Hang);

        Assert.Equal(AgentState.Running, world.State(first));
        Assert.Equal(AgentState.Running, world.State(other));
        var waiting = world.Status(second);
        Assert.Equal(AgentState.Idle, waiting.State);
        Assert.Equal((AgentWaitKind.Resource, "named:b"), (waiting.WaitingFor!.Kind, waiting.WaitingFor.Target));
        Assert.Contains("for named:b, held by first", world.Orchestrator.Explain(second.Id)!.ToString(), StringComparison.Ordinal);

        gate.Open();
        await world.EndAllAsync(first, second, other);
        Assert.Equal(
            ["agent:spawned", "lock:waiting", "agent:queued", "lock:granted", "agent:queued", "agent:started", "agent:completed"],
            world.Events.Events.Where(e => e.AgentId == second.Id).Select(e => e.EventKind));
    }

    [Fact]
    public async Task SharedClaims_RunTogether()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var readers = new[]
        {
            await world.SpawnAsync(Claiming("one", ResourceRequest.Shared("a")), new ScriptedAgent().Pass(gate)),
            await world.SpawnAsync(Claiming("two", ResourceRequest.Shared("a")), new ScriptedAgent().Pass(gate)),
        };

        await gate.WaitForArrivalAsync(2).WaitAsync(World.Hang);

        gate.Open();
        await world.EndAllAsync(readers);
    }

    [Fact]
    public async Task Agent_TakesAgainWhatItClaims_InItsForksToo()
    {
        await using var world = new World();
        var directory = ResourceKey.Directory("claimed");

        var handle = await world.SpawnAsync(Claiming("agent", new ResourceRequest(directory)), new ScriptedAgent().Do(async (context, _) =>
        {
            await using var guard = await context.Locks.AcquireFileAsync("claimed/a");
            await context.RunConcurrentlyAsync([async (fork, _) => await fork.Locks.AcquireFileAsync("claimed/b"), async (fork, _) => await fork.Locks.AcquireFileAsync("claimed/c")]);
            Assert.Equal("agent", Assert.Single(context.Locks.Snapshot().Holds, hold => hold.Key == directory).Holder);
        }));

        Assert.Null((await world.EndAsync(handle)).Error);
    }

    [Fact]
    public async Task NextAttempt_TakesItsClaimsAgain_AndOthersMayHaveThemBetween()
    {
        await using var world = new World();
        var attempts = 0;
        var retried = await world.SpawnAsync(Claiming("retried", A) with { Retry = new AgentRetryPolicy { MaxAttempts = 2, Jitter = 0 } }, new ScriptedAgent().Do((_, _) =>
            ++attempts == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask));
        await world.SettleAsync();
        var between = await world.Orchestrator.Locks.AcquireAsync(A);
        await world.AdvanceAsync(2);

        Assert.Equal((AgentState.Idle, AgentWaitKind.Resource), (world.State(retried), world.Status(retried).WaitingFor!.Kind));

        between.Dispose();
        Assert.Equal(2, (await world.EndAsync(retried)).Attempts);
    }

    [Fact]
    public async Task AgentWithClaims_GoesOnFirstAfterAWait()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var claiming = await world.SpawnAsync(Claiming("claiming", A), new ScriptedAgent().Receive());
        await world.WaitsForAsync(claiming.Id, resource: null).WaitAsync(World.Hang);
        var running = await world.SpawnAsync(new ScriptedAgent().Receive().Pass(gate));
        await world.WaitsForAsync(running.Id, resource: null).WaitAsync(World.Hang);
        var returning = await world.SpawnAsync(new AgentGoal("x") { Priority = AgentPriority.Critical }, new ScriptedAgent().Receive());
        await world.WaitsForAsync(returning.Id, resource: null).WaitAsync(World.Hang);
        await world.Orchestrator.SendAsync(running.Id, "go on");
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);
        await world.Orchestrator.SendAsync(returning.Id, "go on");
        await world.Orchestrator.SendAsync(claiming.Id, "go on");
        await world.WaitsForSlotAsync(claiming.Id).WaitAsync(World.Hang);
        await world.WaitsForSlotAsync(returning.Id).WaitAsync(World.Hang);

        gate.Open();
        await world.EndAllAsync(claiming, running, returning);

        Assert.Equal([running.Id, claiming.Id, returning.Id], world.Events.Events.OfType<AgentContinued>().Select(static e => e.AgentId!.Value));
    }

    [Fact]
    public async Task Detachment_TakesTheClaimsAway()
    {
        await using var world = new World(configure: options => options.CancellationGracePeriod = TimeSpan.FromSeconds(1));
        var deaf = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new AgentGate();
        var handle = await world.SpawnAsync(Claiming("agent", A), new ScriptedAgent().Do((_, _) =>
        {
            _ = gate.PassAsync(CancellationToken.None);
            return deaf.Task;
        }));
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);

        await world.Orchestrator.CancelAsync(handle.Id);
        Assert.True((await world.EndAsync(handle)).Detached);

        Assert.Equal(LockLossReason.AgentDetached, Assert.Single(world.Events.Events.OfType<LockLost>()).Reason);
        deaf.SetResult();
        gate.Open();
    }

    [Fact]
    public async Task Cancel_WhileWaitingForClaims_EndsAtOnce_AndTakesTheWaitOutOfTheQueue()
    {
        await using var world = new World();
        var held = await world.Orchestrator.Locks.AcquireAsync(A);
        var handle = await world.SpawnAsync(Claiming("agent", A), new ScriptedAgent());

        Assert.True(await world.Orchestrator.CancelAsync(handle.Id, "no more"));

        Assert.Equal(AgentState.Cancelled, (await world.EndAsync(handle)).State);
        Assert.Empty(world.Orchestrator.Locks.Snapshot().Waits);
        held.Dispose();
    }

    [Fact]
    public async Task Cancel_OfAnAgentThatHasItsClaimsAndNoSlot_GivesThemToTheNext()
    {
        await using var world = new World(capacity: 1);
        var gate = new AgentGate();
        var running = await world.SpawnAsync(new ScriptedAgent().Pass(gate));
        var holding = await world.SpawnAsync(Claiming("holding", A), new ScriptedAgent());
        var waiting = await world.SpawnAsync(Claiming("waiting", A), new ScriptedAgent());
        Assert.Equal(AgentWaitKind.Slot, world.Status(holding).WaitingFor!.Kind);

        await world.Orchestrator.CancelAsync(holding.Id);
        gate.Open();

        Assert.Equal(AgentState.Completed, (await world.EndAsync(waiting)).State);
        await world.EndAllAsync(running, holding);
    }

    [Fact]
    public async Task Pause_KeepsThePlaceInTheLine_AndTheClaims()
    {
        await using var world = new World();
        var held = await world.Orchestrator.Locks.AcquireAsync(A);
        var paused = await world.SpawnAsync(Claiming("paused", A), new ScriptedAgent());
        var behind = await world.SpawnAsync(Claiming("behind", A), new ScriptedAgent());

        Assert.True(await world.Orchestrator.PauseAsync(paused.Id));
        await world.Orchestrator.ResumeAsync(paused.Id);
        Assert.Equal(AgentWaitKind.Resource, world.Status(paused).WaitingFor!.Kind);
        await world.Orchestrator.PauseAsync(paused.Id);
        held.Dispose();
        await world.SettleAsync();
        Assert.Equal((AgentState.Paused, AgentState.Idle), (world.State(paused), world.State(behind)));

        await world.Orchestrator.ResumeAsync(paused.Id);
        await world.EndAllAsync(paused, behind);
        Assert.Equal(["paused", "behind"], world.StartOrder());
    }

    [Fact]
    public async Task QueueTimeout_CountsTheWaitForClaims()
    {
        await using var world = new World();
        var held = await world.Orchestrator.Locks.AcquireAsync(A);
        var handle = await world.SpawnAsync(Claiming("agent", A) with { Timeouts = new AgentTimeouts { Queue = TimeSpan.FromSeconds(5) } }, new ScriptedAgent());

        Assert.Equal(AgentErrorCodes.QueueTimeout, (await world.EndAsync(handle)).Error!.Code);
        held.Dispose();
    }

    [Fact]
    public async Task INV12_WaitForAChildThatClaimsWhatTheParentHolds_IsRefused()
    {
        await using var world = new World(capacity: 1);

        var parent = await world.SpawnAsync("x", new ScriptedAgent().Do(async (context, _) =>
        {
            await context.Locks.AcquireAsync(A);
            var child = await context.SpawnAsync(Claiming("child", A), new ScriptedAgent());
            await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await context.WaitForAsync(child));
        }));

        Assert.Null((await world.EndAsync(parent)).Error);
    }

    [Fact]
    public async Task INV12_SecondAttempt_ThatWouldWaitForItsWaitingParent_Fails()
    {
        await using var world = new World();
        var mayWait = new AgentGate();
        var attempts = 0;
        var parent = await world.SpawnAsync("x", new ScriptedAgent().Do(async (context, _) =>
        {
            var child = await context.SpawnAsync(
                Claiming("child", A) with { Retry = new AgentRetryPolicy { MaxAttempts = 2 } },
                new ScriptedAgent().Do(async (_, token) =>
                {
                    await mayWait.PassAsync(token);
                    throw new InvalidOperationException($"attempt {++attempts}");
                }));
            await context.RunConcurrentlyAsync(
            [
                async (fork, _) =>
                {
                    mayWait.Open();
                    await fork.Locks.AcquireAsync(A);
                    await fork.WaitForAsync(child);
                },
            ]);
        }));

        await world.EndAsync(parent);

        var failed = world.Events.Events.OfType<AgentFailed>().First();
        Assert.Equal(("child", AgentErrorCodes.ResourceDeadlock), (world.NamesOf([failed])[0], failed.Error.Code));
        Assert.Equal(1, attempts);
    }

    [Fact]
    public async Task INV17_HoldersOfClaims_StartThoughAllWhoHaveStartedWaitForThem()
    {
        await using var world = new World(capacity: 1, options => options.MaxStartedAgents = 1);
        var gate = new AgentGate();
        var waiting = await world.SpawnAsync("x", new ScriptedAgent().Pass(gate).Acquire("a"));
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);
        var claiming = await world.SpawnAsync(Claiming("claiming", A), new ScriptedAgent());

        gate.Open();

        await world.EndAllAsync(waiting, claiming);
    }

    [Fact]
    public async Task INV07_RandomClaims_NeverOverlap_AndAllGoalsEnd() =>
        await Gen.Select(Gen.Int[1, 4], Gen.Select(Gen.Int[0, 3].HashSet[1, 3], Gen.Bool).List[1, 12]).SampleAsync(async (capacity, goals) =>
        {
            await using var world = new World(capacity);
            var running = new Dictionary<int, int>();
            var overlaps = 0;
            var handles = new List<AgentHandle>();
            foreach (var (resources, exclusive) in goals)
            {
                var goal = Claiming("x", [.. resources.Select(i => new ResourceRequest(ResourceKey.Named($"r{i}"), exclusive ? ResourceMode.Exclusive : ResourceMode.Shared))]);
                handles.Add(await world.SpawnAsync(goal, new ScriptedAgent().Do(async (_, _) =>
                {
                    Count(resources, exclusive, 1);
                    await Task.Yield();
                    Count(resources, exclusive, -1);
                })));
            }

            var results = await world.EndAllAsync(handles);
            return overlaps == 0 && results.All(static result => result.State == AgentState.Completed);

            // Exclusive holders count for many.
            void Count(HashSet<int> resources, bool exclusive, int sign)
            {
                lock (running)
                {
                    foreach (var i in resources)
                    {
                        var now = running[i] = running.GetValueOrDefault(i) + (sign * (exclusive ? 100 : 1));
                        overlaps += now > 100 ? 1 : 0;
                    }
                }
            }
        }, iter: 100, threads: 1);

    [Fact]
    public async Task DefaultKey_AndLease_AreRefused()
    {
        await using var world = new World();

        var noKey = await Assert.ThrowsAsync<ArgumentException>(() => world.SpawnAsync(Claiming("agent", default(ResourceRequest)), new ScriptedAgent()));
        var lease = await Assert.ThrowsAsync<ArgumentException>(() => world.SpawnAsync(Claiming("agent", A with { Lease = TimeSpan.FromSeconds(1) }), new ScriptedAgent()));

        Assert.Contains("a claimed resource is the default key", noKey.Message, StringComparison.Ordinal);
        Assert.Contains("a claimed resource has a lease", lease.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_KeepsClaims()
    {
        var goal = Claiming("agent", A, new ResourceRequest(ResourceKey.Directory("src"), ResourceMode.Shared), new ResourceRequest(ResourceKey.UiElement("#submit")));

        var read = JsonSerializer.Deserialize<AgentGoal>(JsonSerializer.Serialize(goal))!;

        Assert.Equal(goal.Resources, read.Resources);
        Assert.True(read.Resources[1].Key.Covers(ResourceKey.File("src/a.cs")));
        Assert.Contains("""{"key":"named:a","mode":"exclusive"}""", JsonSerializer.Serialize(goal), StringComparison.Ordinal);
    }

    private static AgentGoal Claiming(string name, params ResourceRequest[] resources) => new("x") { Name = name, Resources = resources };
}
