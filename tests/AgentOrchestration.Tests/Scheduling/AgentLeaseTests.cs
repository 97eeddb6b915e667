using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>A lease runs from when its agent goes on, and on while it waits or is paused.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class AgentLeaseTests
{
    private static readonly ResourceRequest Leased = ResourceRequest.Exclusive("r") with { Lease = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task Lease_DoesNotRunWhileItsAgentWaitsForItsSlot()
    {
        await using var world = new World(capacity: 1);
        var held = await world.Orchestrator.Locks.AcquireAsync(ResourceRequest.Exclusive("r"));
        var guard = default(ResourceGuard);
        var done = new AgentGate();
        var agent = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => guard = await context.Locks.AcquireAsync(Leased)).Pass(done));
        await world.SettleAsync();
        var other = await world.SpawnAsync(new ScriptedAgent().Delay(TimeSpan.FromMinutes(1)));
        await world.AdvanceAsync(1);

        held.Dispose();
        await world.AdvanceAsync(58);
        Assert.Equal(AgentWaitKind.Slot, world.Status(agent).WaitingFor!.Kind);
        await world.AdvanceAsync(1);
        await world.AdvanceAsync(9);
        Assert.True(guard.IsHeld);
        await world.AdvanceAsync(1);

        Assert.False(guard.IsHeld);
        Assert.Equal(AgentState.Running, world.State(agent));
        done.Open();
        Assert.True((await world.EndAllAsync(agent, other)).All(static result => result.Succeeded));
    }

    [Fact]
    public async Task Lease_RunsOnWhileItsAgentWaits_AndWhileItIsPaused()
    {
        await using var world = new World();
        var (waits, pauses) = (default(ResourceGuard), default(ResourceGuard));
        var waiting = await world.SpawnAsync(new ScriptedAgent().Do(async (context, _) => waits = await context.Locks.AcquireAsync(Leased)).Receive());
        var pausing = await world.SpawnAsync(new ScriptedAgent()
            .Do(async (context, _) => pauses = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("s") with { Lease = TimeSpan.FromSeconds(10) }))
            .Receive());
        await world.SettleAsync();
        Assert.True(await world.Orchestrator.PauseAsync(pausing.Id).WaitAsync(World.Hang));
        var next = world.Orchestrator.Locks.AcquireAllAsync([ResourceRequest.Exclusive("r"), ResourceRequest.Exclusive("s")]).AsTask();

        await world.AdvanceAsync(9);
        Assert.True(waits.IsHeld && pauses.IsHeld);
        await world.AdvanceAsync(1);

        Assert.False(waits.IsHeld || pauses.IsHeld);
        (await next.WaitAsync(World.Hang)).Dispose();
        await world.Orchestrator.SendAsync(waiting.Id, "go on");
        await world.Orchestrator.SendAsync(pausing.Id, "go on");
        await world.Orchestrator.ResumeAsync(pausing.Id);
        Assert.True((await world.EndAllAsync(waiting, pausing)).All(static result => result.Succeeded));
    }

    [Fact]
    public async Task INV22_Disposal_EndsTheHostsLeasesAndTheirTimer()
    {
        var world = new World();
        var guard = await world.Orchestrator.Locks.AcquireAsync(Leased);
        var lost = guard.Lost;
        Assert.NotNull(world.Time.NextDue);

        await world.DisposeAsync();

        Assert.True(lost.IsCancellationRequested);
        Assert.Null(world.Time.NextDue);
    }
}
