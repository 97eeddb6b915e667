using AgentOrchestration.Locking;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Locking;

public sealed class ResourceLockTableTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);
    private static readonly ResourceRequest A = ResourceRequest.Exclusive("a");
    private static readonly ResourceRequest B = ResourceRequest.Exclusive("b");
    private static readonly ResourceRequest SharedA = ResourceRequest.Shared("a");

    private readonly FakeTimeProvider _time = new();
    private readonly ResourceLockTable _table;
    private readonly TestOwner _one = new("one");
    private readonly TestOwner _other = new("other");

    public ResourceLockTableTests() => _table = new ResourceLockTable(_time);

    [Fact]
    public async Task AcquireAsync_AgainByTheSameOwner_IsHeldUntilTheLastGuardGoes()
    {
        var outer = await Acquire(_one, A);
        var inner = await Acquire(_one, A);
        Assert.Equal(outer.FencingToken, inner.FencingToken);

        outer.Dispose();
        Assert.False(_table.TryAcquire(_other, A, out _, out _));

        inner.Dispose();
        Assert.True(_table.TryAcquire(_other, A, out var next, out _));
        Assert.True(next.FencingToken > inner.FencingToken);
    }

    [Fact]
    public async Task AcquireAsync_AgainPastAQueue_IsGrantedAtOnce()
    {
        var outer = await Acquire(_one, SharedA);
        var writer = Acquire(_other, A).AsTask();

        Assert.True(_table.TryAcquire(_one, SharedA, out var inner, out _));

        outer.Dispose();
        Assert.False(writer.IsCompleted);
        inner.Dispose();
        await writer.WaitAsync(Hang);
    }

    [Fact]
    public async Task AcquireAsync_ByForksOfTheHolder_ExcludeEachOtherAndPassStrangers()
    {
        var left = new TestOwner("left", _one);
        var right = new TestOwner("right", _one);
        await Acquire(_one, A);
        var stranger = Acquire(_other, A).AsTask();

        var leftGuard = await Acquire(left, A);
        var rightWaits = Acquire(right, A).AsTask();
        Assert.False(rightWaits.IsCompleted);
        leftGuard.Dispose();

        Assert.True((await rightWaits.WaitAsync(Hang)).IsHeld);
        Assert.False(stranger.IsCompleted);
    }

    [Fact]
    public async Task AcquireAsync_ByTheHolderOfWhatAForkHolds_Waits()
    {
        var fork = new TestOwner("fork", _one);
        var guard = await Acquire(fork, A);

        Assert.False(_table.TryAcquire(_one, A, out _, out var conflict));

        Assert.Equal("fork", conflict.Holder);
        guard.Dispose();
    }

    // Issue 3: it was behind its body's wait, and stayed there when that had become a hold which it may enter.
    [Fact]
    public async Task INV02_AcquireAsync_ByAForkBehindItsBody_IsGrantedWithIt()
    {
        var fork = new TestOwner("fork", _one);
        var held = await Acquire(_other, A);
        var bodyWaits = _table.AcquireAllAsync(_one, [A, new ResourceRequest(ResourceKey.Directory("/table/d"))], timeout: null, default).AsTask();
        var forkWaits = Acquire(fork, new ResourceRequest(ResourceKey.File("/table/d/f"))).AsTask();
        Assert.False(forkWaits.IsCompleted);

        held.Dispose();

        Assert.True((await bodyWaits.WaitAsync(Hang)).IsHeld);
        Assert.True((await forkWaits.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task AcquireAsync_UpgradeFromShared_ThrowsAndKeepsTheSharedHold()
    {
        var guard = await Acquire(_one, SharedA);

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () => await Acquire(_one, A));

        Assert.Contains("named:a", thrown.Message, StringComparison.Ordinal);
        Assert.True(guard.IsHeld);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Acquire(new TestOwner("fork", _one), A));
    }

    [Fact]
    public async Task AcquireAsync_WhenTheOwnerIsCancelled_ThrowsWithItsToken()
    {
        await Acquire(_one, A);
        var waiting = Acquire(_other, A).AsTask();

        await _other.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Hang));
        Assert.Equal(_other.CancellationToken, thrown.CancellationToken);
    }

    [Fact]
    public async Task INV03_AcquireAsync_WhenTheOwnerEndsAfterTheGrant_GivesItBack()
    {
        _other.Wait = static async granted =>
        {
            await granted;
            throw new OperationCanceledException();
        };
        var holder = await Acquire(_one, A);
        var waiting = Acquire(_other, A).AsTask();

        holder.Dispose();

        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting.WaitAsync(Hang));
        Assert.Equal(0, _table.Count);
        Assert.Equal(0, ResourceLockTable.HeldCount(_other));
    }

    [Fact]
    public async Task INV03_AcquireAsync_WhenTheOwnerRefusesToWait_LeavesTheQueue()
    {
        _other.Wait = static _ => throw new InvalidOperationException("one wait at a time");
        var holder = await Acquire(_one, A);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Acquire(_other, A).AsTask());

        holder.Dispose();
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task AcquireAsync_TimeoutAfterTheGrant_IsIgnoredWhileTheOwnerIsReadmitted()
    {
        var readmitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _other.Wait = async granted =>
        {
            await granted;
            await readmitted.Task;
        };
        var holder = await Acquire(_one, A);
        var waiting = _table.AcquireAsync(_other, A, TimeSpan.FromSeconds(1), default).AsTask();
        holder.Dispose();

        _time.Advance(TimeSpan.FromMinutes(1));
        readmitted.SetResult();

        Assert.True((await waiting.WaitAsync(Hang)).IsHeld);
        Assert.Equal([A.Key], _other.Waits);
    }

    [Fact]
    public async Task AcquireAsync_OutOfTime_NamesTheHolder()
    {
        await Acquire(_one, A);
        var waiting = _table.AcquireAsync(_other, A, TimeSpan.FromSeconds(1), default).AsTask();

        _time.Advance(TimeSpan.FromSeconds(1));

        var thrown = await Assert.ThrowsAsync<TimeoutException>(() => waiting.WaitAsync(Hang));
        Assert.Contains("'one'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReleaseAll_EndsGuardsSignalsLostAndRefusesLaterOnes()
    {
        var a = await Acquire(_one, A);
        var b = await Acquire(_one, B);
        var lost = a.Lost;
        var next = Acquire(_other, A).AsTask();
        Assert.Equal(2, ResourceLockTable.HeldCount(_one));

        _table.ReleaseAll(_one);

        Assert.Equal(0, ResourceLockTable.HeldCount(_one));
        Assert.False(a.IsHeld);
        Assert.False(b.IsHeld);
        Assert.True(lost.IsCancellationRequested);
        Assert.True((await next.WaitAsync(Hang)).IsHeld);
        a.Dispose();
        Assert.False(_table.TryAcquire(new TestOwner("third"), A, out _, out _));
        Assert.Throws<InvalidOperationException>(() => _table.TryAcquire(_one, B, out _, out _));

        // Whether it is free or held makes no difference to one that has ended.
        Assert.Throws<InvalidOperationException>(() => _table.TryAcquire(_one, A, out _, out _));
    }

    [Fact]
    public async Task INV09_Lost_ItsCallbacks_RunUnderNoGate()
    {
        var guard = await Acquire(_one, A);
        var couldTake = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = guard.Lost.Register(() =>
        {
            // On a thread of its own, for a gate may be entered again by the thread that holds it.
            var thread = new Thread(() => couldTake.SetResult(_table.TryAcquire(_other, A, out _, out _)));
            thread.Start();
            thread.Join();
        });

        _table.ReleaseAll(_one);

        Assert.True(await couldTake.Task.WaitAsync(Hang));
    }

    // Issue 3: the simulated clock fires what is due when it is asked for the date, and it was asked with a stripe's gate held.
    [Fact]
    public async Task INV09_AClockThatFiresTimersWhenItIsRead_FindsNoGateTaken()
    {
        var time = new FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
        var table = new ResourceLockTable(time);
        var hasFired = false;
        using var timer = time.CreateTimer(
            _ =>
            {
                if (table.TryAcquire(_other, A, out var taken, out ResourceConflict _))
                    taken.Dispose();
                hasFired = true;
            },
            state: null,
            TimeSpan.FromSeconds(1),
            Timeout.InfiniteTimeSpan);

        var taking = Task.Run(() => table.TryAcquire(_one, A, out ResourceGuard _, out ResourceConflict _));

        Assert.True(await taking.WaitAsync(Hang));
        Assert.True(hasFired);
    }

    [Fact]
    public async Task ReleaseAll_OfAWaitingOwner_EndsItsWait()
    {
        var holder = await Acquire(_one, A);
        var waiting = Acquire(_other, A).AsTask();

        _table.ReleaseAll(_other);

        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting.WaitAsync(Hang));
        holder.Dispose();
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task ReleaseAll_LeavesWhatTheActivityWasForkedFromHolds()
    {
        var fork = new TestOwner("fork", _one);
        var outer = await Acquire(_one, A);
        var inner = await Acquire(fork, A);

        _table.ReleaseAll(fork);

        Assert.True(outer.IsHeld);
        Assert.False(inner.IsHeld);
    }

    [Fact]
    public async Task FindBlocker_SaysWhoHoldsWhatTheOwnerWaitsFor()
    {
        Assert.Null(_table.FindBlocker(_other));
        var guard = await Acquire(_one, A);
        var waiting = Acquire(_other, A).AsTask();

        var blocker = Assert.NotNull(_table.FindBlocker(_other));

        Assert.Equal("one", blocker.Holder);
        Assert.Equal(_one.AgentId, blocker.HolderId);
        guard.Dispose();
        await waiting.WaitAsync(Hang);
        Assert.Null(_table.FindBlocker(_other));
    }

    [Fact]
    public async Task INV12_AcquireAsync_ClosingACycle_IsRefusedAndNamesIt()
    {
        var third = new TestOwner("third");
        await Acquire(_one, A);
        await Acquire(_other, B);
        var c = await Acquire(third, ResourceRequest.Exclusive("c"));
        var oneWaits = Acquire(_one, B).AsTask();
        var otherWaits = Acquire(_other, ResourceRequest.Exclusive("c")).AsTask();

        var thrown = await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await Acquire(third, A));

        Assert.Equal(["third", "one", "other"], thrown.Cycle.Select(link => link.Name));
        Assert.Contains(
            "'third' would wait for named:a held by 'one', which waits for named:b held by 'other', which waits for named:c held by 'third'",
            thrown.Message,
            StringComparison.Ordinal);
        Assert.Empty(third.Waits);
        Assert.False(oneWaits.IsCompleted);
        c.Dispose();
        Assert.True((await otherWaits.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task INV12_AcquireAsync_CycleOverAWaiterAhead_IsRefused()
    {
        // No holder of a conflicts with a reader; but a writer waits ahead, for a reader that waits for this one.
        var writer = new TestOwner("writer");
        await Acquire(_one, SharedA);
        await Acquire(_other, B);
        var writes = Acquire(writer, A).AsTask();
        var oneWaits = Acquire(_one, B).AsTask();

        var thrown = await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await Acquire(_other, SharedA));

        Assert.Equal(["other", "writer", "one"], thrown.Cycle.Select(link => link.Name));
        Assert.Contains("'other' would wait for named:a wanted before by 'writer'", thrown.Message, StringComparison.Ordinal);
        Assert.False(writes.IsCompleted);
        Assert.False(oneWaits.IsCompleted);
    }

    [Fact]
    public async Task INV08_Count_WhenNobodyHoldsOrWaits_IsZero()
    {
        for (var i = 0; i < 1000; i++)
        {
            var request = ResourceRequest.Exclusive($"key {i}");
            var guard = await Acquire(_one, request);
            Assert.False(_table.TryAcquire(_other, request, out _, out _));
            guard.Dispose();
        }

        Assert.Equal(0, _table.Count);
    }

    private ValueTask<ResourceGuard> Acquire(LockOwner owner, ResourceRequest request) => _table.AcquireAsync(owner, request, timeout: null, default);
}
