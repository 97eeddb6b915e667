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
