using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Contracts;

/// <summary>What any <see cref="IResourceLocks"/> must do. Each call of <see cref="Locks"/> acts for an owner of its own.</summary>
public abstract class ResourceLocksContract
{
    private static readonly ResourceRequest A = ResourceRequest.Exclusive("a");
    private static readonly ResourceRequest SharedA = ResourceRequest.Shared("a");

    protected static TimeSpan Hang { get; } = TimeSpan.FromSeconds(30);

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    protected abstract IResourceLocks Locks();

    [Fact]
    public async Task AcquireAsync_WhenFree_CompletesAtOnce()
    {
        var acquiring = Locks().AcquireAsync(A, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(acquiring.IsCompletedSuccessfully);
        var guard = await acquiring;
        Assert.True(guard.IsHeld);
        Assert.Equal(A.Key, guard.Key);
        Assert.Equal(ResourceMode.Exclusive, guard.Mode);
    }

    [Fact]
    public async Task AcquireAsync_WhenHeld_WaitsForRelease()
    {
        var first = await Locks().AcquireAsync(A);
        var second = Locks().AcquireAsync(A).AsTask();
        Assert.False(second.IsCompleted);

        await first.DisposeAsync();

        var guard = await second.WaitAsync(Hang);
        Assert.True(guard.IsHeld);
        Assert.False(first.IsHeld);
    }

    [Fact]
    public async Task AcquireAsync_SharedWithShared_CompletesAtOnce()
    {
        var first = await Locks().AcquireAsync(SharedA);
        var second = Locks().AcquireAsync(SharedA);

        Assert.True(second.IsCompletedSuccessfully);
        Assert.True(first.IsHeld);
        Assert.True((await second).IsHeld);
    }

    [Fact]
    public async Task INV04_AcquireAsync_SharedBehindAQueuedExclusive_DoesNotOvertakeIt()
    {
        var reader = await Locks().AcquireAsync(SharedA);
        var writer = Locks().AcquireAsync(A).AsTask();
        var late = Locks().AcquireAsync(SharedA).AsTask();
        Assert.False(late.IsCompleted);

        reader.Dispose();
        var writing = await writer.WaitAsync(Hang);
        Assert.False(late.IsCompleted);

        writing.Dispose();
        Assert.True((await late.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task INV04_AcquireAsync_ManyWaiters_ServesThemInOrder()
    {
        var guard = await Locks().AcquireAsync(A);
        var waiters = Enumerable.Range(0, 5).Select(_ => Locks().AcquireAsync(A).AsTask()).ToList();

        foreach (var waiter in waiters)
        {
            Assert.All(waiters.Skip(waiters.IndexOf(waiter)), later => Assert.False(later.IsCompleted));
            guard.Dispose();
            guard = await waiter.WaitAsync(Hang);
        }
    }

    [Fact]
    public async Task INV04_AcquireAsync_ReadersBehindAWriter_AreServedTogether()
    {
        var writing = await Locks().AcquireAsync(A);
        var readers = Enumerable.Range(0, 3).Select(_ => Locks().AcquireAsync(SharedA).AsTask()).ToArray();

        writing.Dispose();

        Assert.All(await Task.WhenAll(readers).WaitAsync(Hang), guard => Assert.True(guard.IsHeld));
    }

    [Fact]
    public async Task INV04_AcquireAsync_WhenAWriterInTheQueueGivesUp_LetsTheReadersBehindItGo()
    {
        using var cancellation = new CancellationTokenSource();
        var reader = await Locks().AcquireAsync(SharedA);
        var writer = Locks().AcquireAsync(A, cancellationToken: cancellation.Token).AsTask();
        var late = Locks().AcquireAsync(SharedA).AsTask();

        await cancellation.CancelAsync();

        Assert.True((await late.WaitAsync(Hang)).IsHeld);
        Assert.True(reader.IsHeld);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer);
    }

    [Fact]
    public async Task AcquireAsync_Cancelled_ThrowsWithTheCallersTokenAndLeavesTheQueue()
    {
        using var cancellation = new CancellationTokenSource();
        var holder = await Locks().AcquireAsync(A);
        var cancelled = Locks().AcquireAsync(A, cancellationToken: cancellation.Token).AsTask();
        var next = Locks().AcquireAsync(A).AsTask();

        await cancellation.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Hang));
        Assert.Equal(cancellation.Token, thrown.CancellationToken);

        holder.Dispose();
        Assert.True((await next.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task AcquireAsync_WithACancelledToken_TakesNothing()
    {
        var cancelled = Locks().AcquireAsync(A, cancellationToken: new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(cancelled.AsTask);
        Assert.True(Locks().TryAcquire(A, out _, out _));
    }

    [Fact]
    public async Task AcquireAsync_OutOfTime_ThrowsTimeoutThatSaysSinceWhen()
    {
        var holder = await Locks().AcquireAsync(A);
        var waiter = Locks().AcquireAsync(A, TimeSpan.FromSeconds(10)).AsTask();
        Time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(waiter.IsCompleted);

        Time.Advance(TimeSpan.FromSeconds(1));

        var thrown = await Assert.ThrowsAsync<TimeoutException>(() => waiter.WaitAsync(Hang));
        Assert.Contains("named:a", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("2026-01-02T03:04:05", thrown.Message, StringComparison.Ordinal);
        Assert.True(holder.IsHeld);
    }

    [Fact]
    public async Task AcquireAsync_GrantedInTime_IsNotTimedOutLater()
    {
        var holder = await Locks().AcquireAsync(A);
        var waiter = Locks().AcquireAsync(A, TimeSpan.FromSeconds(10)).AsTask();
        holder.Dispose();
        Time.Advance(TimeSpan.FromMinutes(1));

        Assert.True((await waiter.WaitAsync(Hang)).IsHeld);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task AcquireAsync_TimeoutNotAboveZero_Throws(int seconds) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("timeout", async () => await Locks().AcquireAsync(A, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task AcquireAsync_DefaultRequest_Throws() =>
        await Assert.ThrowsAsync<ArgumentException>("request", async () => await Locks().AcquireAsync(default));

    [Fact]
    public void TryAcquire_WhenHeld_SaysHowAndSinceWhen()
    {
        Assert.True(Locks().TryAcquire(SharedA, out var held, out _));
        Time.Advance(TimeSpan.FromSeconds(5));

        Assert.False(Locks().TryAcquire(A, out var guard, out var conflict));

        Assert.False(guard.IsHeld);
        Assert.Equal(A.Key, conflict.Key);
        Assert.Equal(ResourceMode.Shared, conflict.Mode);
        Assert.Equal(Time.GetUtcNow() - TimeSpan.FromSeconds(5), conflict.Since);
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task INV04_TryAcquire_SharedBehindAQueuedExclusive_DoesNotOvertakeIt()
    {
        var reader = await Locks().AcquireAsync(SharedA);
        var writer = Locks().AcquireAsync(A).AsTask();

        Assert.False(Locks().TryAcquire(SharedA, out _, out var conflict));
        Assert.Equal(ResourceMode.Exclusive, conflict.Mode);

        reader.Dispose();
        await writer.WaitAsync(Hang);
    }

    [Fact]
    public async Task INV06_Dispose_TwiceOrACopyOrStale_ReleasesNobodyElse()
    {
        var first = await Locks().AcquireAsync(A);
        var copy = first;
        first.Dispose();
        Assert.True(Locks().TryAcquire(A, out var second, out _));

        first.Dispose();
        copy.Dispose();
        await copy.DisposeAsync();

        Assert.True(second.IsHeld);
        Assert.False(Locks().TryAcquire(A, out _, out _));
    }

    [Fact]
    public void INV06_Default_IsInert()
    {
        ResourceGuard guard = default;

        guard.Dispose();
        guard.Dispose();

        Assert.False(guard.IsHeld);
        Assert.Equal(0, guard.FencingToken);
        Assert.False(guard.Lost.CanBeCanceled);
    }

    [Fact]
    public async Task INV11_FencingToken_GrowsWithEveryHold()
    {
        var last = 0L;
        foreach (var name in new[] { "a", "b", "a", "a", "c" })
        {
            var guard = await Locks().AcquireAsync(ResourceRequest.Exclusive(name));
            Assert.True(guard.FencingToken > last);
            last = guard.FencingToken;
            guard.Dispose();
        }
    }

    [Fact]
    public async Task Lost_OfADisposedGuard_IsSignalledWithoutRunningCallbacks()
    {
        var guard = await Locks().AcquireAsync(A);
        var lost = guard.Lost;
        Assert.False(lost.IsCancellationRequested);

        guard.Dispose();

        Assert.False(lost.IsCancellationRequested);
        Assert.True(guard.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task INV07_AcquireAllAsync_TakesAllOrNone()
    {
        var held = await Locks().AcquireAsync(A);
        var set = Locks().AcquireAllAsync([ResourceRequest.Exclusive("b"), A]).AsTask();
        Assert.False(set.IsCompleted);

        held.Dispose();
        var guard = await set.WaitAsync(Hang);
        Assert.False(Locks().TryAcquire(ResourceRequest.Exclusive("b"), out _, out _));

        guard.Dispose();
        Assert.True(Locks().TryAcquire(ResourceRequest.Exclusive("b"), out _, out _));
    }

    [Fact]
    public async Task CreateOwner_ReentersAndIsSeenUnderItsName()
    {
        var import = Locks().CreateOwner("import");
        var outer = await import.AcquireAsync(A);
        var inner = await import.AcquireAsync(A);

        Assert.False(Locks().TryAcquire(A, out _, out var conflict));
        Assert.Equal("import", conflict.Holder);
        outer.Dispose();
        Assert.False(Locks().TryAcquire(A, out _, out _));
        inner.Dispose();
        Assert.True(Locks().TryAcquire(A, out _, out _));
    }

    [Fact]
    public async Task AcquireAsync_WithoutATimeout_WaitsWithoutLimit()
    {
        var holder = await Locks().AcquireAsync(A);
        var waiter = Locks().AcquireAsync(A).AsTask();

        Time.Advance(TimeSpan.FromDays(365));
        Assert.False(waiter.IsCompleted);

        holder.Dispose();
        Assert.True((await waiter.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task AcquireAsync_OutOfTime_NamesTheHolderAndLetsThoseBehindItGo()
    {
        var reading = await Locks().CreateOwner("import").AcquireAsync(SharedA);
        var writer = Locks().AcquireAsync(A, TimeSpan.FromSeconds(1)).AsTask();
        var late = Locks().AcquireAsync(SharedA).AsTask();
        Assert.False(late.IsCompleted);

        Time.Advance(TimeSpan.FromSeconds(1));

        var thrown = await Assert.ThrowsAsync<TimeoutException>(() => writer.WaitAsync(Hang));
        Assert.Contains("'import'", thrown.Message, StringComparison.Ordinal);
        Assert.True((await late.WaitAsync(Hang)).IsHeld);
        Assert.True(reading.IsHeld);
    }

    [Fact]
    public async Task INV01_AcquireAsync_OverADirectoryAndASurface_ExcludesWhatIsInThem()
    {
        var directory = await Locks().AcquireDirectoryAsync("/contract/d");
        var surface = await Locks().AcquireAsync(new ResourceRequest(ResourceKey.UiSurface("form")));
        var file = Locks().AcquireFileAsync("/contract/d/f").AsTask();
        var element = Locks().AcquireUiElementAsync("#save", "form").AsTask();
        Assert.False(Locks().TryAcquireFile("/contract/d/g", out _, out var conflict));
        Assert.Equal(directory.Key, conflict.Key);
        Assert.True(Locks().TryAcquireFile("/contract/df", out _, out _));

        directory.Dispose();
        surface.Dispose();

        Assert.True((await file.WaitAsync(Hang)).IsHeld);
        Assert.True((await element.WaitAsync(Hang)).IsHeld);
        Assert.False(Locks().TryAcquireDirectory("/contract/d", out _, out _));
        Assert.False(Locks().TryAcquireUiElement("#save", "form", out _, out _));
    }

    [Fact]
    public async Task INV12_AcquireAsync_WhenItWouldNeverEnd_IsRefusedAndDisturbsNobody()
    {
        var (one, two, three) = (Locks().CreateOwner("one"), Locks().CreateOwner("two"), Locks().CreateOwner("three"));
        var (a, b, c) = (await one.AcquireAsync(A), await two.AcquireAsync(ResourceRequest.Exclusive("b")), await three.AcquireAsync(ResourceRequest.Exclusive("c")));
        var oneWaits = one.AcquireAsync(ResourceRequest.Exclusive("b")).AsTask();
        var twoWaits = two.AcquireAsync(ResourceRequest.Exclusive("c")).AsTask();

        var thrown = await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await three.AcquireAsync(A));

        Assert.Equal(["three", "one", "two"], thrown.Cycle.Select(link => link.Name));
        Assert.True(a.IsHeld && b.IsHeld && c.IsHeld);
        Assert.False(oneWaits.IsCompleted || twoWaits.IsCompleted);
        c.Dispose();
        Assert.True((await twoWaits.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task INV12_AcquireAsync_BehindOneWhoCanStillMove_IsNoDeadlock()
    {
        var (one, two) = (Locks().CreateOwner("one"), Locks().CreateOwner("two"));
        var (a, b) = (await one.AcquireAsync(A), await two.AcquireAsync(ResourceRequest.Exclusive("b")));
        var oneWaits = one.AcquireAsync(ResourceRequest.Exclusive("b")).AsTask();
        b.Dispose();
        await oneWaits.WaitAsync(Hang);

        var twoWaits = two.AcquireAsync(A).AsTask();
        Assert.False(twoWaits.IsCompleted);

        a.Dispose();
        Assert.True((await twoWaits.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task Acquire_ExclusivelyWhatTheCallerSharesAlready_Throws()
    {
        var locks = Locks().CreateOwner("import");
        var shared = await locks.AcquireAsync(SharedA);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await locks.AcquireAsync(A));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await locks.AcquireAllAsync([ResourceRequest.Exclusive("b"), A]));
        Assert.Throws<InvalidOperationException>(() => locks.TryAcquire(A, out _, out _));

        Assert.True(shared.IsHeld);
        Assert.True(locks.TryAcquire(SharedA, out _, out _));
        Assert.True(Locks().TryAcquire(ResourceRequest.Exclusive("b"), out _, out _));
    }

    [Fact]
    public async Task INV07_AcquireAllAsync_WhileItWaits_HoldsNone()
    {
        var held = await Locks().AcquireAsync(A);
        var set = Locks().CreateOwner("set").AcquireAllAsync([ResourceRequest.Exclusive("b"), A]).AsTask();

        Assert.Equal([A.Key], Locks().Snapshot().Holds.Select(hold => hold.Key));

        held.Dispose();
        await set.WaitAsync(Hang);
        Assert.Equal(["a", "b"], Locks().Snapshot().Holds.Select(hold => hold.Key.Name));
    }

    [Fact]
    public async Task INV07_AcquireAllAsync_InAnyOrder_NeverWaitInACircle()
    {
        var b = ResourceRequest.Exclusive("b");
        var guard = await Locks().CreateOwner("first").AcquireAllAsync([A, b]);
        var waiting = Enumerable.Range(0, 4).Select(i => Locks().CreateOwner($"set {i}").AcquireAllAsync(i % 2 == 0 ? [A, b] : [b, A]).AsTask()).ToList();

        foreach (var next in waiting)
        {
            guard.Dispose();
            guard = await next.WaitAsync(Hang);
        }

        guard.Dispose();
        Assert.Empty(Locks().Snapshot().Holds);
    }

    [Fact]
    public async Task AcquireAllAsync_TheSameTwice_CountsOnceInTheStrongerMode()
    {
        var guard = await Locks().AcquireAllAsync([SharedA, A, SharedA]);

        Assert.Equal((A.Key, ResourceMode.Exclusive), (guard.Key, guard.Mode));
        Assert.Equal(ResourceMode.Exclusive, Assert.Single(Locks().Snapshot().Holds).Mode);
        guard.Dispose();
        Assert.Empty(Locks().Snapshot().Holds);
    }

    [Fact]
    public async Task AcquireAllAsync_OfNone_IsInert()
    {
        var guard = await Locks().AcquireAllAsync([]);

        Assert.False(guard.IsHeld);
        guard.Dispose();
    }

    [Fact]
    public async Task AcquireAllAsync_CancelledOrOutOfTime_TakesNone()
    {
        using var cancellation = new CancellationTokenSource();
        var b = ResourceRequest.Exclusive("b");
        var held = await Locks().CreateOwner("import").AcquireAsync(A);
        var cancelled = Locks().AcquireAllAsync([b, A], timeout: null, cancellation.Token).AsTask();
        var late = Locks().AcquireAllAsync([b, A], TimeSpan.FromSeconds(1)).AsTask();

        await cancellation.CancelAsync();
        Time.Advance(TimeSpan.FromSeconds(1));

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(Hang));
        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        Assert.Contains("'import'", (await Assert.ThrowsAsync<TimeoutException>(() => late.WaitAsync(Hang))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Locks().AcquireAllAsync([b], timeout: null, cancellation.Token));
        Assert.True(Locks().TryAcquire(b, out _, out _));
        Assert.True(held.IsHeld);
    }

    [Fact]
    public async Task AcquireAllAsync_BadArguments_Throws()
    {
        await Assert.ThrowsAsync<ArgumentNullException>("requests", async () => await Locks().AcquireAllAsync(null!));
        await Assert.ThrowsAsync<ArgumentException>("request", async () => await Locks().AcquireAllAsync([A, default]));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("timeout", async () => await Locks().AcquireAllAsync([A], TimeSpan.Zero));
        Assert.Throws<ArgumentException>("request", () => Locks().TryAcquire(default, out _, out _));
        Assert.True(Locks().TryAcquire(A, out _, out _));
    }

    [Fact]
    public async Task INV07_Guard_OfASet_ShowsTheFirstAndReleasesAllOnce()
    {
        var guard = await Locks().AcquireAllAsync([ResourceRequest.Shared("b"), A]);
        var copy = guard;
        Assert.Equal(("b", ResourceMode.Shared), (guard.Key.Name, guard.Mode));

        await guard.DisposeAsync();
        Assert.False(copy.IsHeld);
        Assert.True(Locks().TryAcquire(A, out var next, out _));
        copy.Dispose();

        Assert.True(next.IsHeld);
        Assert.True(Locks().TryAcquire(ResourceRequest.Exclusive("b"), out _, out _));
    }

    [Fact]
    public async Task INV11_FencingToken_OfAHoldTakenAgainWithinItself_StaysThatOfTheOuterOne()
    {
        var locks = Locks().CreateOwner("import");
        var outer = await locks.AcquireAsync(A);
        var other = await Locks().AcquireAsync(ResourceRequest.Exclusive("b"));

        var inner = await locks.AcquireAsync(A);

        Assert.True(outer.FencingToken >= 1);
        Assert.Equal(outer.FencingToken, inner.FencingToken);
        Assert.True(other.FencingToken > inner.FencingToken);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void CreateOwner_WithoutAName_Throws(string? name) => Assert.ThrowsAny<ArgumentException>(() => Locks().CreateOwner(name!));

    [Fact]
    public async Task CreateOwner_TwiceUnderOneName_AreTwo()
    {
        var one = Locks().CreateOwner("import");
        await one.AcquireAsync(A);

        Assert.False(Locks().CreateOwner("import").TryAcquire(A, out _, out _));
        Assert.False(one.CreateOwner("import").TryAcquire(A, out _, out _));
        Assert.True(one.TryAcquire(A, out _, out _));
    }

    [Fact]
    public async Task AcquireOrThrow_WhenHeld_NamesTheHolder()
    {
        var guard = Locks().CreateOwner("import").AcquireOrThrow(A);

        var thrown = Assert.Throws<ResourceConflictException>(() => Locks().AcquireOrThrow(A));

        Assert.Equal("import", thrown.Conflict.Holder);
        Assert.Contains("'import'", thrown.Message, StringComparison.Ordinal);
        await guard.DisposeAsync();
    }

    [Fact]
    public async Task Snapshot_ShowsHoldersWaitersAndTheGraph()
    {
        var held = await Locks().CreateOwner("im\"port").AcquireAsync(SharedA);
        Time.Advance(TimeSpan.FromSeconds(3));
        var waiting = Locks().CreateOwner("export").AcquireAsync(A).AsTask();

        var snapshot = Locks().Snapshot();

        var hold = Assert.Single(snapshot.Holds);
        Assert.Equal((A.Key, ResourceMode.Shared, "im\"port", held.FencingToken), (hold.Key, hold.Mode, hold.Holder, hold.FencingToken));
        var wait = Assert.Single(snapshot.Waits);
        Assert.Equal(("export", Time.GetUtcNow(), "im\"port"), (wait.Name, wait.Since, wait.Blocker.Holder));
        Assert.Equal([A], wait.Requests);
        Assert.Equal(
            "flowchart LR\n    n0[\"named:a\"] -->|held shared by| n1((\"im#quot;port\"))\n    n2((\"export\")) -->|waits for| n0[\"named:a\"]\n",
            snapshot.ToMermaid());
        held.Dispose();
        (await waiting.WaitAsync(Hang)).Dispose();
        Assert.Empty(Locks().Snapshot().Holds);
    }
}
