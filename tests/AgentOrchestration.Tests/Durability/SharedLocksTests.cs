using AgentOrchestration.Testing;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Durability;

/// <summary>Two orchestrators on one store, as two processes are.</summary>
public sealed class SharedLocksTests : IAsyncDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    // On the simulated clock, which goes on while the pool is busy with others.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(12);
    private static readonly ResourceRequest Report = ResourceRequest.Exclusive("report");
    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryOrchestrationStore _store;
    private readonly AgentOrchestrator _one;
    private readonly AgentOrchestrator _other;

    public SharedLocksTests()
    {
        _store = new InMemoryOrchestrationStore(_time);
        _one = Create();
        _other = Create();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task WhatOneProcessHolds_TheOtherWaitsFor_WithoutASlot()
    {
        _other.MaxConcurrentAgents = 1;
        var held = await _one.SharedLocks!.AcquireAsync(Report, Patience);
        var waiting = await _other.SpawnAsync("wait", new ScriptedAgent().Do(async (context, _) =>
        {
            await using var guard = await context.SharedLocks!.AcquireAsync(Report, Patience);
            Assert.True(guard.FencingToken > held.FencingToken);
        }));
        await WaitsAsync(waiting);

        var beside = await _other.SpawnAsync("beside", new ScriptedAgent().Return("done"));
        Assert.Equal(AgentState.Completed, (await beside.Completion.WaitAsync(Long)).State);
        Assert.False(waiting.Completion.IsCompleted);
        await held.DisposeAsync();
        await AdvanceUntilAsync(() => waiting.Completion.IsCompleted);

        Assert.Equal(AgentState.Completed, (await waiting.Completion).State);
        Assert.False(held.IsHeld);
    }

    [Fact]
    public async Task AWaitThatIsTooLong_NamesTheHolder_AndLeavesNothing()
    {
        var held = await _one.SharedLocks!.AcquireAsync(Report, Patience);

        var waiting = _other.SharedLocks!.AcquireAsync(Report, TimeSpan.FromSeconds(3)).AsTask();
        await AdvanceUntilAsync(() => waiting.IsCompleted);
        var thrown = await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        await held.DisposeAsync();

        Assert.Contains("named:report", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("another orchestrator", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(_other.Locks.Snapshot().Holds);
        await (await _other.SharedLocks.AcquireAsync(Report, Patience)).DisposeAsync();
        await (await _one.SharedLocks.AcquireAsync(Report, Patience)).DisposeAsync();
    }

    [Fact]
    public async Task TheEndOfAnAttempt_LetsGo_AndACancelEndsTheWait()
    {
        var keeper = await _one.SpawnAsync("keep", new ScriptedAgent().Do(static async (context, _) => await context.SharedLocks!.AcquireAsync(Report, Patience)).Return("forgot to let go"));
        await keeper.Completion.WaitAsync(Long);
        var second = _other.SharedLocks!.AcquireAsync(Report, Patience).AsTask();
        await AdvanceUntilAsync(() => second.IsCompleted);
        var held = await second;

        var waiting = await _one.SpawnAsync("wait", new ScriptedAgent().Do(static async (context, _) => await context.SharedLocks!.AcquireAsync(Report, Patience)));
        await WaitsAsync(waiting);
        await _one.CancelAsync(waiting.Id);
        Assert.Equal(AgentState.Cancelled, (await waiting.Completion.WaitAsync(Long)).State);

        Assert.Empty(_one.Locks.Snapshot().Holds);
        await held.DisposeAsync();
    }

    [Fact]
    public async Task WhatADeadProcessHeld_IsFreeWhenItsLeaseEnds()
    {
        var store = new StoreOfOneProcess(_store);
        var dead = AgentOrchestrator.Create(options =>
        {
            options.TimeProvider = _time;
            options.UseStore(_ => store);
        });
        await dead.SharedLocks!.AcquireAsync(Report, Patience);
        await store.DieAsync();

        await using var next = await _other.SharedLocks!.AcquireAsync(Report, Patience);

        Assert.True(next.IsHeld);
    }

    [Fact]
    public async Task WithinAProcess_ACircleIsRefused()
    {
        var both = new TaskCompletionSource();
        var arrived = 0;
        var refused = 0;
        ScriptedAgent Agent(string first, string second) => new ScriptedAgent().Do(async (context, _) =>
        {
            await using var outer = await context.SharedLocks!.AcquireAsync(ResourceRequest.Exclusive(first), Patience);
            if (Interlocked.Increment(ref arrived) == 2)
            {
                both.SetResult();
            }

            await both.Task.WaitAsync(Long);
            try
            {
                await using var inner = await context.SharedLocks.AcquireAsync(ResourceRequest.Exclusive(second), Patience);
            }
            catch (ResourceDeadlockException)
            {
                Interlocked.Increment(ref refused);
            }
        });
        var left = await _one.SpawnAsync("left", Agent("a", "b"));
        var right = await _one.SpawnAsync("right", Agent("b", "a"));

        Assert.Equal(AgentState.Completed, (await left.Completion.WaitAsync(Long)).State);
        Assert.Equal(AgentState.Completed, (await right.Completion.WaitAsync(Long)).State);
        Assert.Equal(1, refused);
    }

    [Fact]
    public async Task AReplay_HasThemToItself()
    {
        static void Configure(AgentOrchestrationOptions options) => options.AddAgent("default", static async (context, ct) =>
        {
            await using var guard = await context.SharedLocks!.AcquireAsync(Report, Patience, ct);
            return (await context.RunToolAsync(new ToolCall("write"), static (_, _) => ValueTask.FromResult("written"))).Text;
        });
        AgentId id;
        await using (var recorded = AgentOrchestrator.Create(options =>
        {
            options.UseStore(_ => new StoreOfOneProcess(_store));
            Configure(options);
        }))
        {
            var handle = await recorded.SpawnAsync("write");
            id = handle.Id;
            await handle.Completion.WaitAsync(Long);
        }

        await using var held = await _one.SharedLocks!.AcquireAsync(Report, Patience);
        var replay = await RunReplay.RunAsync(_store, id.ToString(), Configure).WaitAsync(Long);

        Assert.True(replay.IsSame, replay.ToString());
    }

    [Fact]
    public async Task WhatCannotBe_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _one.SharedLocks!.AcquireAsync(Report, TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await _one.SharedLocks!.AcquireAsync(Report, TimeSpan.FromDays(2)));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _one.SharedLocks!.AcquireAsync(Report with { Lease = TimeSpan.FromSeconds(1) }, Long));
        await using var without = AgentOrchestrator.Create();
        Assert.Null(without.SharedLocks);
    }

    private AgentOrchestrator Create() => AgentOrchestrator.Create(options =>
    {
        options.TimeProvider = _time;
        options.ShutdownDrainPeriod = TimeSpan.Zero;

        // No lease runs out while the clock is ahead of a busy pool.
        options.Durability.LeaseDuration = TimeSpan.FromDays(1);
        options.UseStore(_ => new StoreOfOneProcess(_store));
    });

    private static async Task WaitsAsync(AgentHandle handle)
    {
        await foreach (var e in handle.Watch())
        {
            if (e is AgentWaiting { Wait.Kind: AgentWaitKind.Resource })
            {
                return;
            }
        }
    }

    private async Task AdvanceUntilAsync(Func<bool> isDone)
    {
        for (var i = 0; !isDone(); i++)
        {
            Assert.True(i < 100_000, "It never happened.");
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }
}
