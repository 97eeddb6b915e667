using AgentOrchestration.Testing;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Scheduling;

/// <summary>A parent lends what it holds to a child: until the child ends the child holds it, and the parent does not.</summary>
[Collection(SimulatedTimeCollection.Name)]
public sealed class LendingTests
{
    private static readonly ResourceRequest A = ResourceRequest.Exclusive("a");

    [Fact]
    public async Task Child_HoldsWhatItWasLent_AndTheParentHasItAgainAfterwards()
    {
        await using var world = new World(capacity: 1);
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            var guard = await context.Locks.AcquireAsync(A);
            var child = await context.SpawnAsync(Named("child"), new ScriptedAgent().Do(async (inner, _) =>
            {
                await using var own = await inner.Locks.AcquireAsync(A);
                Assert.Equal(guard.FencingToken, own.FencingToken);
            }), lend: [guard]);

            Assert.False(guard.IsHeld);
            Assert.False(guard.Lost.IsCancellationRequested);
            Assert.Equal("child", Assert.Single(context.Locks.Snapshot().Holds).Holder);
            Assert.Null((await context.WaitForAsync(child)).Error);
            Assert.True(guard.IsHeld);
            Assert.Equal("parent", Assert.Single(context.Locks.Snapshot().Holds).Holder);
            guard.Dispose();
            Assert.Empty(context.Locks.Snapshot().Holds);
        }));

        Assert.Null((await world.EndAsync(parent)).Error);
    }

    [Fact]
    public async Task Others_WaitThroughTheLoan_AndComeAfterTheParent()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            var guard = await context.Locks.AcquireAsync(A);
            var child = await context.SpawnAsync(Named("child"), new ScriptedAgent().Pass(gate).Acquire("a"), lend: [guard]);
            await context.WaitForAsync(child);
            await context.ReceiveAsync();
            Assert.True(guard.IsHeld);
        }));
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);
        var other = await world.SpawnAsync(Named("other"), new ScriptedAgent().Acquire("a"));
        await world.WaitsForAsync(other.Id, "named:a").WaitAsync(World.Hang);
        Assert.Contains("held by child", world.Orchestrator.Explain(other.Id)!.ToString(), StringComparison.Ordinal);

        gate.Open();
        await world.WaitsAsync(parent.Id, static wait => wait.Kind == AgentWaitKind.Message).WaitAsync(World.Hang);
        Assert.Contains("held by parent", world.Orchestrator.Explain(other.Id)!.ToString(), StringComparison.Ordinal);
        await world.Orchestrator.SendAsync(parent.Id, "go on");

        Assert.All(await world.EndAllAsync(parent, other), static result => Assert.Null(result.Error));
    }

    [Fact]
    public async Task GuardDisposedDuringTheLoan_IsReleasedWhenTheChildEnds()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            ChildAgent child;
            await using (var guard = await context.Locks.AcquireAllAsync([A, ResourceRequest.Exclusive("b")]))
            {
                child = await context.SpawnAsync(Named("child"), new ScriptedAgent().Acquire("b").Pass(gate).Acquire("a"), lend: [guard]);
            }

            Assert.Equal(["named:a", "named:b"], context.Locks.Snapshot().Holds.Where(static hold => hold.Holder == "child").Select(static hold => hold.Key.ToString()).Distinct());
            gate.Open();
            Assert.Null((await context.WaitForAsync(child)).Error);
            Assert.Empty(context.Locks.Snapshot().Holds);
        }));

        Assert.Null((await world.EndAsync(parent)).Error);
    }

    [Fact]
    public async Task SupervisorThatClaimsADirectory_DelegatesWhatLiesBelowIt()
    {
        await using var world = new World();
        var directory = ResourceKey.Directory("delegated");
        var parent = await world.SpawnAsync(Named("parent") with { Resources = [new ResourceRequest(directory)] }, new ScriptedAgent().Do(async (context, _) =>
        {
            var children = new List<ChildAgent>();
            foreach (var name in new[] { "a", "b" })
            {
                var file = await context.Locks.AcquireFileAsync($"delegated/{name}");
                children.Add(await context.SpawnAsync(Named(name), new ScriptedAgent().Do(async (inner, _) =>
                {
                    await using var own = await inner.Locks.AcquireFileAsync($"delegated/{name}");
                    Assert.False(inner.Locks.TryAcquireFile("delegated/c", out ResourceGuard _, out var conflict));
                    Assert.Equal("parent", conflict.Holder);
                }), lend: [file]));
            }

            var folder = await context.Locks.AcquireDirectoryAsync("delegated/folder");
            children.Add(await context.SpawnAsync(Named("folder"), new ScriptedAgent().Do(async (inner, _) =>
            {
                await using var below = await inner.Locks.AcquireFileAsync("delegated/folder/x");
                await using var again = await inner.Locks.AcquireDirectoryAsync("delegated/folder");
            }), lend: [folder]));
            Assert.All(await context.WaitForAllAsync(children), static result => Assert.Null(result.Error));
            await using var mine = await context.Locks.AcquireFileAsync("delegated/folder/x");
        }));

        Assert.Null((await world.EndAsync(parent)).Error);
    }

    [Fact]
    public async Task Loan_OutlastsTheAttemptsOfTheChild()
    {
        await using var world = new World();
        var attempts = 0;
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            var guard = await context.Locks.AcquireAsync(A);
            var child = await context.SpawnAsync(Named("child") with { Retry = new AgentRetryPolicy { MaxAttempts = 2 } }, new ScriptedAgent().Do(async (inner, _) =>
            {
                await using var own = await inner.Locks.AcquireAsync(A);
                if (++attempts == 1)
                {
                    throw new InvalidOperationException("once");
                }
            }), lend: [guard]);
            Assert.Equal(2, (await context.WaitForAsync(child)).Attempts);
            Assert.True(guard.IsHeld);
        }));

        Assert.Null((await world.EndAsync(parent)).Error);
    }

    [Fact]
    public async Task INV12_ChildWithALoan_ThatWouldWaitForAGroupWhoseMemberWantsTheLoan_IsRefused()
    {
        await using var world = new World();
        var member = await world.SpawnAsync(Named("member") with { ConcurrencyGroup = "coders" }, new ScriptedAgent().Receive().Acquire("a"));
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            var guard = await context.Locks.AcquireAsync(A);
            await world.Orchestrator.SendAsync(member.Id, "go on");
            await world.WaitsForAsync(member.Id, "named:a");

            var refused = await context.WaitForAsync(await context.SpawnAsync(Named("child") with { ConcurrencyGroup = "coders" }, new ScriptedAgent(), lend: [guard]));

            Assert.Equal(AgentErrorCodes.ResourceDeadlock, refused.Error!.Code);
            Assert.True(guard.IsHeld);
        }));

        Assert.All(await world.EndAllAsync(parent, member), static result => Assert.Null(result.Error));
    }

    [Fact]
    public async Task Loan_ReturnsFromAChildThatIsCancelledBeforeItStarts_AndFromOneThatIsDetached()
    {
        await using var world = new World(capacity: 2, options => options.CancellationGracePeriod = TimeSpan.FromSeconds(1));
        var deaf = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new AgentGate();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            var guard = await context.Locks.AcquireAsync(A);
            var detached = await context.SpawnAsync(Named("deaf"), new ScriptedAgent().Do(async (_, token) =>
            {
                var arrived = gate.PassAsync(token);
                await deaf.Task;
            }), lend: [guard]);
            var other = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("b"));
            await gate.WaitForArrivalAsync();
            var queued = await context.SpawnAsync(Named("queued"), new ScriptedAgent(), lend: [other]);
            await context.CancelChildAsync(queued);
            await context.WaitForAsync(queued);
            Assert.True(other.IsHeld);
            await context.CancelChildAsync(detached);
            Assert.True((await context.WaitForAsync(detached)).Detached);
            Assert.True(guard.IsHeld);
        }));

        Assert.Null((await world.EndAsync(parent)).Error);
        deaf.SetResult();
    }

    [Fact]
    public async Task Parent_IsToldWhenItAsksForWhatItHasLent()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            var guard = await context.Locks.AcquireFileAsync("lent/a");
            var child = await context.SpawnAsync(Named("child"), new ScriptedAgent().Pass(gate), lend: [guard]);

            var again = await Assert.ThrowsAsync<InvalidOperationException>(async () => await context.Locks.AcquireFileAsync("lent/a"));
            var above = await Assert.ThrowsAsync<InvalidOperationException>(async () => await context.Locks.AcquireDirectoryAsync("lent"));
            var twice = await Assert.ThrowsAsync<ArgumentException>(async () => await context.SpawnAsync(Named("second"), new ScriptedAgent(), lend: [guard]));
            Assert.False(context.Locks.TryAcquireFile("lent/a", out ResourceGuard _, out var conflict));

            Assert.Contains("has lent file:", again.Message, StringComparison.Ordinal);
            Assert.Contains("to 'child' until that ends", above.Message, StringComparison.Ordinal);
            Assert.Contains("lent already", twice.Message, StringComparison.Ordinal);
            Assert.Equal("child", conflict.Holder);
            await using var beside = await context.Locks.AcquireFileAsync("lent/b");
            gate.Open();
            await context.WaitForAsync(child);
        }));

        Assert.Null((await world.EndAsync(parent)).Error);
        Assert.DoesNotContain(world.Events.Events.OfType<AgentSpawned>(), static e => e.Name == "second");
    }

    [Fact]
    public async Task WhatCannotBeLent_IsRefused_AndNobodyIsSpawned()
    {
        await using var world = new World();
        var parent = await world.SpawnAsync(Named("parent") with { Resources = [ResourceRequest.Exclusive("claimed")] }, new ScriptedAgent().Do(async (context, _) =>
        {
            var outer = await context.Locks.AcquireFileAsync("kept/a");
            var inner = await context.Locks.AcquireFileAsync("kept/a");
            var directory = await context.Locks.AcquireDirectoryAsync("kept");
            var claimed = await context.Locks.AcquireAsync(ResourceRequest.Exclusive("claimed"));
            var leased = await context.Locks.AcquireAsync(A with { Lease = TimeSpan.FromMinutes(1) });
            var host = await world.Orchestrator.Locks.CreateOwner("host").AcquireAsync(ResourceRequest.Exclusive("host"));

            await RefusedAsync<InvalidOperationException>(inner, "would keep another hold of file:");
            await RefusedAsync<InvalidOperationException>(directory, "would keep another hold of file:");
            await RefusedAsync<InvalidOperationException>(claimed, "would keep another hold of named:claimed");
            await RefusedAsync<ArgumentException>(leased, "it has a lease");
            await RefusedAsync<ArgumentException>(host, "taken by another activity");
            await RefusedAsync<ArgumentException>(default, "holds nothing");
            host.Dispose();

            var child = await context.SpawnAsync(Named("child"), new ScriptedAgent(), lend: [directory, outer, inner, inner]);
            Assert.Null((await context.WaitForAsync(child)).Error);
            Assert.True(directory.IsHeld && outer.IsHeld && inner.IsHeld);

            async Task RefusedAsync<T>(ResourceGuard guard, string because)
                where T : Exception
            {
                var thrown = await Assert.ThrowsAsync<T>(async () => await context.SpawnAsync(Named("refused"), new ScriptedAgent(), lend: [guard]));
                Assert.Contains(because, thrown.Message, StringComparison.Ordinal);
            }
        }));

        Assert.Null((await world.EndAsync(parent)).Error);
        Assert.Equal(["parent", "child"], world.Events.Events.OfType<AgentSpawned>().Select(static e => e.Name));
    }

    [Fact]
    public async Task INV12_ReturnThatClosesACircle_RefusesTheYoungestWait()
    {
        await using var world = new World();
        var gate = new AgentGate();
        var parent = await world.SpawnAsync(Named("parent"), new ScriptedAgent().Do(async (context, _) =>
        {
            var guard = await context.Locks.AcquireAsync(A);
            await context.SpawnAsync(Named("child"), new ScriptedAgent().Pass(gate), lend: [guard]);
            await context.ReceiveAsync();
            await context.Locks.AcquireAsync(ResourceRequest.Exclusive("b"));
        }));
        await gate.WaitForArrivalAsync().WaitAsync(World.Hang);
        var other = await world.SpawnAsync(Named("other"), new ScriptedAgent().Acquire("b").Acquire("a"));
        await world.WaitsForAsync(other.Id, "named:a").WaitAsync(World.Hang);
        await world.Orchestrator.SendAsync(parent.Id, "go on");
        await world.WaitsForAsync(parent.Id, "named:b").WaitAsync(World.Hang);

        gate.Open();
        var results = await world.EndAllAsync(parent, other);

        Assert.Equal(AgentErrorCodes.ResourceDeadlock, results[0].Error!.Code);
        Assert.Null(results[1].Error);
    }

    private static AgentGoal Named(string name) => new("x") { Name = name };
}
