using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

[Collection(SimulatedTimeCollection.Name)]
public sealed class LockEventTests
{
    private static readonly ResourceRequest R = ResourceRequest.Exclusive("r");
    private static readonly ResourceRequest S = ResourceRequest.Exclusive("s");

    [Fact]
    public async Task Wait_IsToldFromItsBeginningToItsGrant_AroundWhatBecomesOfTheSlot()
    {
        await using var world = new World();
        var held = await world.Orchestrator.Locks.CreateOwner("build").AcquireAsync(R);
        var handle = await world.SpawnAsync(Named("refactor"), new ScriptedAgent().Do(async (context, _) => (await context.Locks.AcquireAllAsync([R, S])).Dispose()));
        await world.AdvanceAsync(5);
        held.Dispose();

        await world.EndAsync(handle);

        var events = world.Events.Of(handle.Id);
        Assert.Equal(["agent:spawned", "agent:started", "lock:waiting", "agent:waiting", "lock:granted", "agent:continued", "agent:completed"], events.Select(static e => e.EventKind));
        var waiting = Assert.IsType<LockWaiting>(events[2]);
        Assert.Equal("refactor", waiting.Owner);
        Assert.Equal([R, S], waiting.Requests);
        Assert.Equal((R.Key, "build", null, ResourceMode.Exclusive), (waiting.Blocker.Key, waiting.Blocker.Holder, waiting.Blocker.HolderId, waiting.Blocker.Mode));
        var granted = Assert.IsType<LockGranted>(events[4]);
        Assert.Equal(("refactor", TimeSpan.FromSeconds(5), held.FencingToken + 1), (granted.Owner, granted.Waited, granted.FencingToken));
        Assert.Equal([R, S], granted.Requests);
    }

    [Fact]
    public async Task Events_CarryTheirAgentWithItsRunAndParent_AndTheHostsOwnerByName()
    {
        await using var world = new World(configure: o => o.AddAgent("default", new ScriptedAgent().Spawn("child", new ScriptedAgent().Acquire("r").Release()).WaitForChildren().RunAsync));
        var host = await world.Orchestrator.Locks.AcquireAsync(R);
        var parent = Assert.Single(await world.Orchestrator.SpawnParallelAsync(["supervise"]));
        await world.SettleAsync();
        var build = world.Orchestrator.Locks.CreateOwner("build").AcquireAsync(R).AsTask();
        host.Dispose();
        await world.EndAsync(parent);
        (await build.WaitAsync(World.Hang)).Dispose();
        await world.SettleAsync();

        var waits = world.Events.Events.OfType<LockWaiting>().ToList();

        var spawned = world.Events.Events.OfType<AgentSpawned>().Single(e => e.ParentId == parent.Id);
        Assert.NotNull(spawned.RunId);
        Assert.Equal((spawned.AgentId, spawned.RunId, spawned.ParentId), (waits[0].AgentId, waits[0].RunId, waits[0].ParentId));
        Assert.Equal((null, null, "build"), (waits[1].AgentId, waits[1].RunId, waits[1].Owner));
    }

    [Fact]
    public async Task WaitThatTimesOut_IsAbandoned()
    {
        await using var world = new World();
        using var held = await world.Orchestrator.Locks.AcquireAsync(R);
        var handle = await world.SpawnAsync(new ScriptedAgent().Acquire("r", TimeSpan.FromSeconds(3)));

        var result = await world.EndAsync(handle);

        Assert.IsType<TimeoutException>(result.Error!.Exception);
        var abandoned = Assert.Single(world.Events.Of(handle.Id).OfType<LockAbandoned>());
        Assert.Equal((LockAbandonReason.Timeout, TimeSpan.FromSeconds(3)), (abandoned.Reason, abandoned.Waited));
    }

    [Fact]
    public async Task INV16_WaitOfAnAgentThatIsCancelled_IsAbandonedBeforeItsTerminalEvent()
    {
        await using var world = new World();
        using var held = await world.Orchestrator.Locks.AcquireAsync(R);
        var handle = await world.SpawnAsync(new ScriptedAgent().Acquire("r"));
        await world.AdvanceAsync(2);

        await world.Orchestrator.CancelAsync(handle.Id);
        await world.EndAsync(handle);

        var events = world.Events.Of(handle.Id);
        Assert.Equal(LockAbandonReason.Cancelled, Assert.IsType<LockAbandoned>(events[^2]).Reason);
        Assert.True(events[^1].IsTerminal);
    }

    [Fact]
    public async Task WaitThatWouldNeverEnd_IsRefusedWithItsCycle_AndHasNotBegun()
    {
        await using var world = new World();
        var both = new AgentGate();
        var one = await world.SpawnAsync(Named("one"), new ScriptedAgent().Acquire("r").Pass(both).Acquire("s"));
        await both.WaitForArrivalAsync().WaitAsync(World.Hang);
        var other = await world.SpawnAsync(Named("other"), new ScriptedAgent().Acquire("s").Acquire("r"));
        await world.WaitsForAsync(other.Id, "named:r").WaitAsync(World.Hang);
        both.Open();

        var results = await world.EndAllAsync(one, other);

        Assert.Equal([AgentState.Failed, AgentState.Completed], results.Select(static result => result.State));
        var refused = Assert.Single(world.Events.Events.OfType<DeadlockRefused>());
        Assert.Equal(one.Id, refused.AgentId);
        Assert.Equal([(one.Id, "one", "named:s"), (other.Id, "other", "named:r")], refused.Cycle.Select(static link => (link.AgentId!.Value, link.Name, link.WaitsFor)));
        Assert.DoesNotContain(world.Events.Of(one.Id), static e => e is LockWaiting);
    }

    [Fact]
    public async Task LeaseThatRunsOut_IsToldForEachResource_AndBeforeTheNextGrant()
    {
        await using var world = new World();
        var done = new AgentGate();
        var lease = TimeSpan.FromSeconds(10);
        var handle = await world.SpawnAsync(Named("slow"), new ScriptedAgent().Do(async (context, _) => await context.Locks.AcquireAllAsync([R with { Lease = lease }, S])).Pass(done));
        await done.WaitForArrivalAsync().WaitAsync(World.Hang);
        var next = world.Orchestrator.Locks.AcquireAsync(R).AsTask();

        await world.AdvanceAsync(10);
        (await next.WaitAsync(World.Hang)).Dispose();
        done.Open();
        Assert.True((await world.EndAsync(handle)).Succeeded);

        var lost = world.Events.Events.OfType<LockLost>().ToList();
        Assert.Equal([R.Key, S.Key], lost.Select(static e => e.Key));
        Assert.All(lost, e => Assert.Equal((handle.Id, "slow", LockLossReason.LeaseExpired, ResourceMode.Exclusive), (e.AgentId, e.Owner, e.Reason, e.Mode)));
        var granted = Assert.Single(world.Events.Events.OfType<LockGranted>());
        Assert.True(lost[0].Sequence < granted.Sequence);
        Assert.True(lost[0].FencingToken < granted.FencingToken);
    }

    [Fact]
    public async Task INV16_LocksOfADetachedAgent_AreToldLostBeforeItsTerminalEvent()
    {
        await using var world = new World();
        var deaf = new AgentGate();
        var handle = await world.SpawnAsync(new ScriptedAgent().Acquire("r").Ignore(deaf));
        await deaf.WaitForArrivalAsync().WaitAsync(World.Hang);

        await world.Orchestrator.CancelAsync(handle.Id);
        var result = await world.EndAsync(handle);

        Assert.True(result.Detached);
        var events = world.Events.Of(handle.Id);
        Assert.Equal(LockLossReason.AgentDetached, Assert.IsType<LockLost>(events[^2]).Reason);
        deaf.Open();
        await world.SettleAsync();
    }

    [Fact]
    public async Task Disposal_TellsOfTheLeasesItEnds()
    {
        var world = new World();
        await world.Orchestrator.Locks.AcquireAsync(R with { Lease = TimeSpan.FromHours(1) });

        await world.DisposeAsync();

        var lost = Assert.Single(world.Events.Events.OfType<LockLost>());
        Assert.Equal(("host", LockLossReason.OrchestratorDisposed), (lost.Owner, lost.Reason));
    }

    [Theory]
    [InlineData(LockEventLevel.Exceptional)]
    [InlineData(LockEventLevel.Contended)]
    public async Task UncontendedLocks_RaiseNothingUnlessAsked(LockEventLevel level)
    {
        await using var world = new World(configure: o => o.LockEvents = level);
        var handle = await world.SpawnAsync(TakeEverything());

        Assert.True((await world.EndAsync(handle)).Succeeded);

        Assert.Equal(["agent:spawned", "agent:started", "agent:completed"], world.Events.Of(handle.Id).Select(static e => e.EventKind));
    }

    [Fact]
    public async Task AllLocks_AreToldWhenAsked_AndEachThatIsGrantedEnds()
    {
        await using var world = new World(configure: o => o.LockEvents = LockEventLevel.All);
        var handle = await world.SpawnAsync(TakeEverything());

        Assert.True((await world.EndAsync(handle)).Succeeded);

        var granted = world.Events.Of(handle.Id).OfType<LockGranted>().ToList();
        var released = world.Events.Of(handle.Id).OfType<LockReleased>().ToList();
        Assert.All(granted, static e => Assert.Null(e.Waited));
        Assert.Equal(
            granted.SelectMany(static e => e.Requests).Select(static request => request.Key.ToString()).Order(StringComparer.Ordinal),
            released.Select(static e => e.Key.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(TimeSpan.FromSeconds(7), released.Single(static e => e.Key.Name == "long").Held);
    }

    [Fact]
    public async Task ExceptionalLevel_LeavesWaitsOut()
    {
        await using var world = new World(configure: o => o.LockEvents = LockEventLevel.Exceptional);
        var held = await world.Orchestrator.Locks.AcquireAsync(R);
        var handle = await world.SpawnAsync(new ScriptedAgent().Acquire(R with { Lease = TimeSpan.FromSeconds(1) }).Delay(TimeSpan.FromSeconds(2)));
        await world.SettleAsync();
        held.Dispose();

        await world.EndAsync(handle);

        Assert.Equal(["lock:lost"], world.Events.Of(handle.Id).Select(static e => e.EventKind).Where(static kind => kind.StartsWith("lock:", StringComparison.Ordinal)));
    }

    [Fact]
    public void Level_ThatDoesNotExist_IsRefused() =>
        Assert.Contains("LockEvents", Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => AgentOrchestrator.Create(static o => o.LockEvents = (LockEventLevel)9)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task INV01_EventsOfEachLock_NeverShowTwoHolders()
    {
        await using var orchestrator = AgentOrchestrator.Create(static o => o.LockEvents = LockEventLevel.All);
        string[] names = ["a", "b", "c"];
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 200; i++)
            {
                var wanted = random.GetItems(names, 2).Distinct().Select(ResourceRequest.Exclusive).ToArray();
                using var guard = wanted.Length == 1 ? await orchestrator.Locks.AcquireAsync(wanted[0]) : await orchestrator.Locks.AcquireAllAsync(wanted);
                await Task.Yield();
            }
        })));

        var held = new Dictionary<ResourceKey, long>();
        var waits = 0;
        var last = orchestrator.Scheduler.Log.LastSequence;
        await foreach (var e in orchestrator.Subscribe(new EventFilter { After = 0 }))
        {
            switch (e)
            {
                case LockWaiting:
                    waits++;
                    break;
                case LockGranted granted:
                    waits -= granted.Waited is null ? 0 : 1;
                    Assert.All(granted.Requests, request => Assert.True(held.TryAdd(request.Key, granted.FencingToken), $"{e} grants {request.Key}, which is held."));
                    break;
                case LockReleased released:
                    Assert.True(held.Remove(released.Key, out var token));
                    Assert.Equal(token, released.FencingToken);
                    break;
                default:
                    Assert.Fail($"{e} is not expected.");
                    break;
            }

            Assert.True(waits >= 0, $"{e} ends a wait that has not begun.");
            if (e.Sequence == last)
                break;
        }

        Assert.Empty(held);
        Assert.Equal(0, waits);
    }

    private static AgentGoal Named(string name) => new(name) { Name = name };

    private static ScriptedAgent TakeEverything() => new ScriptedAgent()
        .Acquire("outer").Acquire("outer").Release()
        .Acquire(new ResourceRequest(ResourceKey.UiSurface("page"))).Acquire(new ResourceRequest(ResourceKey.UiElement("#ok", "page"), ResourceMode.Shared))
        .Acquire(R with { Lease = TimeSpan.FromHours(1) }).Release()
        .Do(async (context, _) => (await context.Locks.AcquireAllAsync([R, S])).Dispose())
        .Do(static context => Assert.True(context.Locks.TryAcquire(R, out _, out _)))
        .Acquire("long").Delay(TimeSpan.FromSeconds(7)).Release();
}
