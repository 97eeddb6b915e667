using AgentOrchestration.Locking;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Locking;

public sealed class LeaseTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly ResourceRequest Plain = ResourceRequest.Exclusive("a");
    private static readonly ResourceRequest Leased = Plain with { Lease = Lease };
    private static readonly ResourceRequest B = ResourceRequest.Exclusive("b");

    private readonly CountedTimers _time = new();
    private readonly ResourceLockTable _table;
    private readonly TestOwner _one = new("one");
    private readonly TestOwner _other = new("other");

    public LeaseTests() => _table = new ResourceLockTable(_time);

    [Fact]
    public async Task Hold_EndsWhenItsLeaseHasRun_AndTheNextInLineHasIt()
    {
        var guard = await Acquire(_one, Leased);
        var lost = guard.Lost;
        var next = Acquire(_other, Plain).AsTask();

        _time.Advance(Lease - Tick);
        Assert.True(guard.IsHeld);
        Assert.False(next.IsCompleted);

        _time.Advance(Tick);
        Assert.False(guard.IsHeld);
        Assert.True(lost.IsCancellationRequested);
        var held = await next.WaitAsync(Hang);
        Assert.True(held.FencingToken > guard.FencingToken);
        guard.Dispose();
        Assert.True(held.IsHeld);
    }

    [Fact]
    public void TryAcquire_WithALease_RunsItFromNow()
    {
        Assert.True(_table.TryAcquire(_one, Leased, out var guard, out _));
        Assert.False(_table.TryAcquire(_other, Leased, out var refused, out var conflict));
        Assert.False(refused.IsHeld);
        Assert.Equal("one", conflict.Holder);

        _time.Advance(Lease);

        Assert.False(guard.IsHeld);
        Assert.True(_table.TryAcquire(_other, Plain, out _, out _));
    }

    [Fact]
    public async Task AfterAWait_RunsFromWhenTheHolderGoesOn()
    {
        var goesOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _one.Wait = async granted =>
        {
            await granted;
            await goesOn.Task;
        };
        var before = await Acquire(_other, Plain);
        var waiting = Acquire(_one, Leased).AsTask();

        _time.Advance(Lease * 2);
        before.Dispose();
        _time.Advance(Lease * 2);
        Assert.False(_table.TryAcquire(_other, Plain, out _, out _));

        goesOn.SetResult();
        var guard = await waiting.WaitAsync(Hang);
        _time.Advance(Lease - Tick);
        Assert.True(guard.IsHeld);
        _time.Advance(Tick);
        Assert.False(guard.IsHeld);
    }

    [Fact]
    public async Task AfterAWaitOfTheHost_RunsFromTheGrant()
    {
        var before = await Acquire(HostOwner.Anonymous, Plain);
        var waiting = Acquire(HostOwner.Anonymous, Leased).AsTask();
        _time.Advance(Lease * 2);
        before.Dispose();

        var guard = await waiting.WaitAsync(Hang);
        _time.Advance(Lease - Tick);
        Assert.True(guard.IsHeld);
        _time.Advance(Tick);
        Assert.False(guard.IsHeld);
    }

    [Fact]
    public async Task GuardDisposedBefore_SignalsNothingAndHarmsNoLaterHolder()
    {
        var guard = await Acquire(_one, Leased);
        var lost = guard.Lost;
        guard.Dispose();
        var later = await Acquire(_other, Plain);

        _time.Advance(Lease * 2);

        Assert.False(lost.IsCancellationRequested);
        Assert.True(later.IsHeld);
    }

    [Fact]
    public async Task TryRenew_RunsTheLeaseAnew()
    {
        var guard = await Acquire(_one, Leased);
        _time.Advance(Lease - Tick);

        Assert.True(guard.TryRenew());

        _time.Advance(Lease - Tick);
        Assert.True(guard.IsHeld);
        _time.Advance(Tick);
        Assert.False(guard.IsHeld);
    }

    [Fact]
    public async Task TryRenew_OfALostOrReleasedHold_IsFalse()
    {
        var lost = await Acquire(_one, Leased);
        _time.Advance(Lease);
        var released = await Acquire(_one, Leased);
        released.Dispose();

        Assert.False(lost.TryRenew());
        Assert.False(released.TryRenew());
        Assert.False(default(ResourceGuard).TryRenew());
        Assert.True(_table.TryAcquire(_other, Plain, out _, out _));
    }

    [Fact]
    public async Task TryRenew_OfAHoldWithoutALease_TellsThatItStands()
    {
        var guard = await Acquire(_one, Plain);

        Assert.True(guard.TryRenew());
        _time.Advance(TimeSpan.FromDays(400));
        Assert.True(guard.IsHeld);

        guard.Dispose();
        Assert.False(guard.TryRenew());
    }

    [Fact]
    public async Task Set_EndsAsOneByItsShortestLease()
    {
        var set = await _table.AcquireAllAsync(_one, [Plain with { Lease = Lease * 3 }, B, new ResourceRequest(ResourceKey.Named("c")) { Lease = Lease }], null, CancellationToken.None);
        var both = _table.AcquireAllAsync(_other, [B, Plain], null, CancellationToken.None).AsTask();

        _time.Advance(Lease - Tick);
        Assert.True(set.TryRenew());
        _time.Advance(Lease - Tick);
        Assert.True(set.IsHeld);
        Assert.False(both.IsCompleted);

        _time.Advance(Tick);
        Assert.False(set.IsHeld);
        Assert.True((await both.WaitAsync(Hang)).IsHeld);
        Assert.True(_table.TryAcquire(_other, ResourceRequest.Exclusive("c"), out _, out _));
    }

    [Fact]
    public async Task Set_ThatNamesAResourceTwice_TakesTheStrongerModeAndTheShorterLease()
    {
        var set = await _table.AcquireAllAsync(_one, [Leased, ResourceRequest.Shared("a"), Plain with { Lease = Lease * 2 }], null, CancellationToken.None);
        Assert.Equal(ResourceMode.Exclusive, set.Mode);

        _time.Advance(Lease);

        Assert.False(set.IsHeld);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task SharedHolds_EndEachByItsOwnLease()
    {
        var shared = ResourceRequest.Shared("a");
        var first = await Acquire(_one, shared with { Lease = Lease });
        var second = await Acquire(_other, shared with { Lease = Lease * 2 });
        var writer = Acquire(HostOwner.Anonymous, Plain).AsTask();

        _time.Advance(Lease);
        Assert.False(first.IsHeld);
        Assert.True(second.IsHeld);
        Assert.False(writer.IsCompleted);

        _time.Advance(Lease);
        Assert.True((await writer.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task Container_LetsInWhatWaitsBelowIt()
    {
        var surface = await Acquire(_one, new ResourceRequest(ResourceKey.UiSurface("main")) { Lease = Lease });
        var button = Acquire(_other, new ResourceRequest(ResourceKey.UiElement("#ok", "main"))).AsTask();
        Assert.False(button.IsCompleted);

        _time.Advance(Lease);

        Assert.False(surface.IsHeld);
        Assert.True((await button.WaitAsync(Hang)).IsHeld);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HoldsWithinEachOther_EndEachByItsOwnLease(bool innerFirst)
    {
        var outer = await Acquire(_one, Plain with { Lease = innerFirst ? Lease * 2 : Lease });
        var inner = await Acquire(_one, Plain with { Lease = innerFirst ? Lease : Lease * 2 });
        var next = Acquire(_other, Plain).AsTask();
        Assert.Equal(outer.FencingToken, inner.FencingToken);

        _time.Advance(Lease);
        Assert.Equal((innerFirst, !innerFirst), (outer.IsHeld, inner.IsHeld));
        Assert.False(next.IsCompleted);

        _time.Advance(Lease);
        Assert.True((await next.WaitAsync(Hang)).FencingToken > outer.FencingToken);
    }

    [Fact]
    public async Task EndOfTheOwner_EndsTheLeaseToo()
    {
        var guard = await Acquire(_one, Leased);
        var lost = guard.Lost;
        _table.ReleaseAll(_one);
        Assert.True(lost.IsCancellationRequested);
        var later = await Acquire(_other, Plain);

        _time.Advance(Lease * 2);

        Assert.True(later.IsHeld);
    }

    [Fact]
    public async Task EndOfTheOwnerBeforeItGoesOn_StartsNoLease()
    {
        _one.Wait = async granted =>
        {
            await granted;
            _table.ReleaseAll(_one);
        };
        var before = await Acquire(_other, Plain);
        var waiting = Acquire(_one, Leased).AsTask();
        before.Dispose();

        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting.WaitAsync(Hang));

        Assert.Equal(0, _table.LeaseCount);
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public async Task AnyNumberOfLeases_ShareOneTimer_AndEndInTheOrderOfTheirEnds()
    {
        var guards = new List<ResourceGuard>();
        for (var i = 0; i < 100; i++)
            guards.Add(await Acquire(_one, ResourceRequest.Exclusive($"r{i}") with { Lease = Lease + (Tick * ((i * 37) % 100)) }));

        Assert.Equal(1, _time.Made);
        for (var passed = 0; passed < 100; passed++)
        {
            _time.Advance(passed == 0 ? Lease : Tick);
            Assert.Equal(99 - passed, guards.Count(guard => guard.IsHeld));
        }

        Assert.Equal(1, _time.Made);
    }

    [Fact]
    public async Task INV08_LeasesOfReleasedHolds_DoNotPileUp()
    {
        var kept = await Acquire(_one, ResourceRequest.Exclusive("kept") with { Lease = Lease });
        var most = 0;
        for (var i = 0; i < 100_000; i++)
        {
            (await Acquire(_one, Leased)).Dispose();
            most = Math.Max(most, _table.LeaseCount);
        }

        Assert.InRange(most, 1, 65);
        _time.Advance(Lease);
        Assert.False(kept.IsHeld);
        Assert.Equal(0, _table.LeaseCount);
    }

    [Fact]
    public async Task INV09_WhatIsRegisteredOnLost_MayUseTheLocks()
    {
        var guard = await Acquire(_one, Leased);
        var taken = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = guard.Lost.Register(() => taken.SetResult(_table.TryAcquire(_other, Leased, out _, out _)));

        _time.Advance(Lease);

        Assert.True(await taken.Task.WaitAsync(Hang));
    }

    [Fact]
    public async Task INV22_StopLeases_EndsHoldsWithALeaseAndTheTimer()
    {
        var leased = await Acquire(_one, Leased);
        var lost = leased.Lost;
        var plain = await Acquire(_one, B);
        var waiting = Acquire(HostOwner.Anonymous, B with { Lease = Lease }).AsTask();
        Assert.Equal(1, _time.Alive);

        _table.StopLeases();
        _table.StopLeases();

        Assert.Equal((false, true, 0), (leased.IsHeld, plain.IsHeld, _time.Alive));
        Assert.True(lost.IsCancellationRequested);
        plain.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting.WaitAsync(Hang));
        Assert.Throws<ObjectDisposedException>(() => _table.TryAcquire(_other, Leased, out _, out _));
        Assert.Equal((0, 0), (_table.Count, _time.Alive));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData((49.0 * 86_400_000) + 1)]
    public void Lease_OutOfItsRange_IsRefused(double milliseconds)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => Plain with { Lease = TimeSpan.FromMilliseconds(milliseconds) });

        Assert.Contains("49 days", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lease_IsKeptInWholeMilliseconds_RoundedUp()
    {
        Assert.Equal(Tick, (Plain with { Lease = TimeSpan.FromTicks(1) }).Lease);
        Assert.Equal(TimeSpan.FromDays(49), (Plain with { Lease = TimeSpan.FromDays(49) }).Lease);
        Assert.Equal(Plain, Leased with { Lease = null });
        Assert.NotEqual(Plain, Leased);
    }

    private ValueTask<ResourceGuard> Acquire(LockOwner owner, ResourceRequest request) => _table.AcquireAsync(owner, request, null, CancellationToken.None);

    private sealed class CountedTimers : FakeTimeProvider
    {
        public int Made { get; private set; }

        public int Alive { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Made++;
            Alive++;
            return new Counted(this, base.CreateTimer(callback, state, dueTime, period));
        }

        private sealed class Counted(CountedTimers owner, ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                owner.Alive--;
                timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
