using System.Runtime.CompilerServices;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Tests.Locking;

/// <summary>INV-08: what nobody holds or waits for costs no memory. They measure the heap of the process, so nothing runs beside them.</summary>
[CollectionDefinition(nameof(ResourceLockMemoryTests), DisableParallelization = true)]
[Collection(nameof(ResourceLockMemoryTests))]
[Trait("Category", "Memory")]
public sealed class ResourceLockMemoryTests
{
    private const int Keys = 1_000_000;

    // One byte for each key; a table that kept a single reference to each would keep eight times as much.
    private const long Tolerance = Keys;

    private readonly ResourceLockTable _table = new(TimeProvider.System);

    [Fact]
    public async Task INV08_AMillionKeysUsedOnce_LeaveTheTableEmptyAndTheHeapWhereItWas()
    {
        await UseAsync(0, 10_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await UseAsync(10_000, Keys);

        Assert.Equal(0, _table.Count);
        AssertFlat(before);
    }

    [Fact]
    public void INV08_ManyHeldAtOnce_LeaveTheHeapWhereItWas()
    {
        var guards = new ResourceGuard[100_000];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < guards.Length; i++)
            guards[i] = Take(HostOwner.Anonymous, ResourceRequest.Exclusive($"peak {i}"));
        Assert.Equal(guards.Length, _table.Count);

        foreach (var guard in guards)
            guard.Dispose();
        Array.Clear(guards);

        Assert.Equal(0, _table.Count);
        AssertFlat(before);
        GC.KeepAlive(guards);
    }

    [Fact]
    public async Task INV08_ManyWaitsOfOneThread_LeaveTheHeapWhereItWas()
    {
        var request = ResourceRequest.Exclusive("hot");
        var waits = new ValueTask<ResourceGuard>[20_000];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var guard = Take(HostOwner.Anonymous, request);
        for (var i = 0; i < waits.Length; i++)
            waits[i] = _table.AcquireAsync(HostOwner.Anonymous, request, timeout: null, default);

        foreach (var wait in waits)
        {
            guard.Dispose();
            Assert.True(wait.IsCompletedSuccessfully);
            guard = await wait;
        }

        guard.Dispose();
        Array.Clear(waits);
        guard = default;

        Assert.Equal(0, _table.Count);
        AssertFlat(before);
        GC.KeepAlive(waits);
    }

    [Fact]
    public async Task INV08_WhatWasReleased_ForgetsItsOwner()
    {
        foreach (var owner in await TakeWaitAndReleaseAsync(_table))
            Assert.True(await IsCollectedAsync(owner));
        GC.KeepAlive(_table);
    }

    [Fact]
    public async Task INV08_WaitsKeptForReuse_ForgetTheirTable()
    {
        var table = await UseATableAsync();

        Assert.True(await IsCollectedAsync(table));
    }

    private static void AssertFlat(long before)
    {
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < Tolerance, $"The heap has grown by {grown:N0} bytes.");
    }

    private static async Task<bool> IsCollectedAsync(WeakReference kept)
    {
        for (var i = 0; i < 100 && kept.IsAlive; i++)
        {
            GC.Collect();
            await Task.Yield();
        }

        return !kept.IsAlive;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference[]> TakeWaitAndReleaseAsync(ResourceLockTable table)
    {
        LockOwner[] owners = [new TestOwner("taker"), HostOwner.Create("reader"), new TestOwner("waiter"), HostOwner.Create("set"), HostOwner.Create("given up"), HostOwner.Create("folder")];
        var a = ResourceRequest.Exclusive("a");
        var folder = new ResourceRequest(ResourceKey.Directory("/memory/d"));
        using var cancellation = new CancellationTokenSource();

        Assert.True(table.TryAcquire(owners[0], a, out var taken, out _));
        var waiting = table.AcquireAsync(owners[2], a, TimeSpan.FromDays(1), default).AsTask();
        var set = table.AcquireAllAsync(owners[3], [a, ResourceRequest.Exclusive("b")], timeout: null, default);
        var givenUp = table.AcquireAsync(owners[4], a, timeout: null, cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        taken.Dispose();
        (await waiting).Dispose();
        (await set).Dispose();
        Assert.True(table.TryAcquire(HostOwner.Anonymous, ResourceRequest.Shared("a"), out var beside, out _));
        Assert.True(table.TryAcquire(owners[1], ResourceRequest.Shared("a"), out var shared, out _));
        shared.Dispose();
        beside.Dispose();
        Assert.True(table.TryAcquire(owners[5], folder, out var inFolder, out _));
        inFolder.Dispose();

        Assert.Equal(0, table.Count);
        return [.. owners.Select(owner => new WeakReference(owner))];
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> UseATableAsync()
    {
        var table = new ResourceLockTable(TimeProvider.System);
        var request = ResourceRequest.Exclusive("a");
        Assert.True(table.TryAcquire(HostOwner.Anonymous, request, out var held, out _));
        var waiting = table.AcquireAsync(HostOwner.Anonymous, request, timeout: null, default);
        held.Dispose();
        (await waiting).Dispose();
        return new WeakReference(table);
    }

    // A quarter each: files, names, names shared by two, names that another waits for.
    private async Task UseAsync(int from, int to)
    {
        var other = new TestOwner("other");
        for (var i = from; i < to; i++)
        {
            var kind = i % 4;
            var request = new ResourceRequest(kind == 0 ? ResourceKey.File($"/memory/{i}") : ResourceKey.Named($"key {i}"), kind == 2 ? ResourceMode.Shared : ResourceMode.Exclusive);
            var guard = Take(HostOwner.Anonymous, request);
            if (kind == 2)
            {
                Take(other, request).Dispose();
            }
            else if (kind == 3)
            {
                var waiting = _table.AcquireAsync(HostOwner.Anonymous, request, timeout: null, default);
                guard.Dispose();
                guard = await waiting;
            }

            guard.Dispose();
        }
    }

    private ResourceGuard Take(LockOwner owner, in ResourceRequest request)
    {
        Assert.True(_table.TryAcquire(owner, request, out var guard, out _));
        return guard;
    }
}
