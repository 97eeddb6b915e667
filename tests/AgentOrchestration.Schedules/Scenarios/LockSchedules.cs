using AgentOrchestration.Locking;
using Microsoft.Coyote.Specifications;
using static AgentOrchestration.Schedules.LockWorld;

namespace AgentOrchestration.Schedules;

/// <summary>The lock table under every order of taking, waiting, giving up and releasing.</summary>
internal static class LockSchedules
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly ResourceRequest A = ResourceRequest.Exclusive("a");
    private static readonly ResourceRequest B = ResourceRequest.Exclusive("b");
    private static readonly ResourceRequest C = ResourceRequest.Exclusive("c");
    private static readonly ResourceRequest SharedA = ResourceRequest.Shared("a");
    private static readonly ResourceRequest SharedB = ResourceRequest.Shared("b");
    private static readonly ResourceRequest Folder = new(ResourceKey.Directory("/schedules/d"));
    private static readonly ResourceRequest FileIn = new(ResourceKey.File("/schedules/d/f"));
    private static readonly ResourceRequest FolderIn = new(ResourceKey.Directory("/schedules/d/e"), ResourceMode.Shared);

    /// <summary>INV-03: a wait that is granted and cancelled at the same time ends one way, and what it was granted is not lost.</summary>
    public static async Task GrantCancel()
    {
        var world = new LockWorld();
        var (one, other) = (HostOwner.Create("one"), new AgentOwner("other"));
        var cancellation = new CancellationTokenSource();
        var held = world.Take(HostOwner.Anonymous, A);
        var using1 = world.UseAsync(one, [A], timeout: null, cancellation.Token);
        var using2 = world.UseAsync(other, [A]);
        var cancelling = Task.Run(cancellation.Cancel);
        var cancellingOwner = Task.Run(other.Cancel);
        var releasing = Task.Run(held.Dispose);
        var using3 = Task.Run(() => world.UseAsync(HostOwner.Anonymous, [A]));
        await Task.WhenAll(new[] { cancelling, cancellingOwner, releasing });
        Specification.Assert(await using1 is Outcome.Used or Outcome.Cancelled, $"The first: {await using1}");
        Specification.Assert(await using2 is Outcome.Used or Outcome.Cancelled, $"The second: {await using2}");
        Specification.Assert(await using3 == Outcome.Used, $"The third: {await using3}");
        world.End(one, other);
    }

    /// <summary>INV-04: a wait that is given up does not keep those behind it from what they could have.</summary>
    public static async Task CancelledAhead()
    {
        var world = new LockWorld();
        var cancellation = new CancellationTokenSource();
        var held = world.Take(HostOwner.Anonymous, SharedA);
        var writing = Task.Run(() => world.UseAsync(HostOwner.Create("writer"), [A], timeout: null, cancellation.Token));
        var reading = Task.Run(() => world.UseAsync(HostOwner.Create("reader"), [SharedA, SharedB]));
        var cancelling = Task.Run(cancellation.Cancel);
        Specification.Assert(await reading == Outcome.Used, $"The reader: {await reading}");
        Specification.Assert(await writing == Outcome.Cancelled, $"The writer: {await writing}");
        await cancelling;
        held.Dispose();
        world.End();
    }

    /// <summary>INV-03: a wait that is granted and runs out of time at the same time ends one way, and what it was granted is not lost.</summary>
    public static async Task HandOverTimeOut()
    {
        var world = new LockWorld();
        var (one, other) = (HostOwner.Create("one"), new AgentOwner("other"));
        var held = world.Take(HostOwner.Anonymous, A);
        var using1 = world.UseAsync(one, [A], Limit);
        var using2 = Task.Run(() => world.UseAsync(other, [B, A], Limit));
        var using3 = Task.Run(() => world.UseAsync(HostOwner.Anonymous, [A]));
        var passing = Task.Run(() => world.Clock.Advance(Limit));
        var releasing = Task.Run(held.Dispose);
        await Task.WhenAll(new[] { passing, releasing });
        Specification.Assert(await using1 is Outcome.Used or Outcome.TimedOut, $"The first: {await using1}");
        Specification.Assert(await using2 is Outcome.Used or Outcome.TimedOut, $"The second: {await using2}");
        Specification.Assert(await using3 == Outcome.Used, $"The third: {await using3}");
        world.End(one, other);
    }

    /// <summary>INV-07: sets asked for in opposite orders, with one of their members wanted alone: everybody gets all, and nobody is refused.</summary>
    public static async Task SetAgainstSet()
    {
        var world = new LockWorld();
        var using1 = Task.Run(() => world.UseAsync(HostOwner.Create("one"), [A, B, C]));
        var using2 = Task.Run(() => world.UseAsync(HostOwner.Create("two"), [C, B, A]));
        var using3 = Task.Run(() => world.UseAsync(HostOwner.Create("three"), [B, C]));
        var using4 = Task.Run(() => world.UseAsync(HostOwner.Create("four"), [SharedA]));
        foreach (var outcome in await Task.WhenAll(new[] { using1, using2, using3, using4 }))
        {
            Specification.Assert(outcome == Outcome.Used, $"A set: {outcome}");
        }

        world.End();
    }

    /// <summary>INV-06, INV-07: the guard of a set releases its own members and all of them, whoever takes them meanwhile.</summary>
    public static async Task SetReleasedAndTaken()
    {
        var world = new LockWorld();
        var first = await world.Table.AcquireAllAsync(HostOwner.Anonymous, [A, B], timeout: null, default);
        var releasing = Task.Run(first.Dispose);
        var taking = Task.Run(async () =>
        {
            var second = await world.Table.AcquireAllAsync(HostOwner.Anonymous, [A, C], timeout: null, default);
            await releasing;
            Specification.Assert(second.IsHeld && !world.Table.TryAcquire(HostOwner.Anonymous, C, out _, out _), "Another's guard released a member of this set");
            second.Dispose();
        });
        await Task.WhenAll(new[] { releasing, taking });
        world.End();
    }

    /// <summary>INV-12: two who would wait for each other, while what one of them holds is released elsewhere or is not: one is refused at most, and only if both waits stood.</summary>
    public static async Task DeadlockRelease()
    {
        var world = new LockWorld();
        var (one, two) = (HostOwner.Create("one"), new AgentOwner("two"));
        var (a, b) = (world.Take(one, A), world.Take(two, B));
        var isReleased = false;
        var using1 = Task.Run(() => WaitHoldingAsync(one, B, a));
        var using2 = Task.Run(() => WaitHoldingAsync(two, A, b));
        var releasing = SchedulingChoice() ? Task.Run(Release) : Task.CompletedTask;
        await Task.WhenAll(new Task[] { using1, using2, releasing });
        Specification.Assert(await using1 == Outcome.Used || await using2 == Outcome.Used, "Both were refused");
        world.End(one, two);

        void Release()
        {
            b.Dispose();
            isReleased = true;
        }

        async Task<Outcome> WaitHoldingAsync(LockOwner owner, ResourceRequest request, ResourceGuard holding)
        {
            var wasReleased = isReleased;
            var outcome = await world.UseAsync(owner, [request]);
            Specification.Assert(outcome is Outcome.Used or Outcome.Refused, $"'{owner.Name}': {outcome}");
            Specification.Assert(outcome == Outcome.Used || !wasReleased, $"'{owner.Name}' was refused, and nobody waited for it any more");
            holding.Dispose();
            return outcome;
        }
    }

    /// <summary>INV-12: a wait that would close a circle of three while another wait in it runs out of time: refused only if that one still stood, and then the others go on.</summary>
    public static async Task DeadlockTimeOut()
    {
        var world = new LockWorld();
        var (one, two, three) = (HostOwner.Create("one"), HostOwner.Create("two"), new AgentOwner("three"));
        var (a, b, c) = (world.Take(one, A), world.Take(two, B), world.Take(three, C));
        var hasEnded = false;
        var using1 = EndHoldingAsync(world.UseAsync(one, [B]), a);
        var using2 = EndHoldingAsync(world.UseAsync(two, [C], Limit), b);
        var using3 = Task.Run(async () =>
        {
            var (couldWait, using3) = (hasEnded, world.UseAsync(three, [A]));
            var outcome = await EndHoldingAsync(using3, c);
            Specification.Assert(outcome == Outcome.Used || (outcome == Outcome.Refused && !couldWait), $"The one that would have closed the circle: {outcome}");
            return outcome;
        });
        var passing = Task.Run(async () =>
        {
            world.Clock.Advance(Limit);
            hasEnded = await using2 == Outcome.TimedOut;
        });
        await Task.WhenAll(new[] { using3, passing });
        Specification.Assert(await using1 == Outcome.Used, $"The one that waited first: {await using1}");
        Specification.Assert(await using2 is Outcome.Used or Outcome.TimedOut, $"The one with a limit: {await using2}");
        Specification.Assert(await using3 == Outcome.Refused || await using2 == Outcome.TimedOut, "There was a circle, and nobody gave way");
        world.End(one, two, three);

        static async Task<Outcome> EndHoldingAsync(Task<Outcome> use, ResourceGuard holding)
        {
            var outcome = await use;
            holding.Dispose();
            return outcome;
        }
    }

    /// <summary>INV-12: an activity that joins others makes a circle of waits real, while a hold in it is released or is not: the youngest wait is refused or none, and nobody waits for ever.</summary>
    public static async Task JoinRelease()
    {
        var world = new LockWorld();
        var (body, other) = (new AgentOwner("body"), new AgentOwner("other"));
        var fork = new AgentOwner("fork", body);
        var (a, b) = (world.Take(body, A), world.Take(other, B));
        var usingOther = world.UseAsync(other, [A]);
        var usingFork = world.UseAsync(fork, [B]);
        var isReleased = false;
        var joining = Task.Run(async () =>
        {
            var wasReleased = isReleased;
            world.Table.EndActivity(body)?.Invoke();
            var outcome = await usingFork;
            Specification.Assert(outcome == Outcome.Used || (outcome == Outcome.Refused && !wasReleased), $"The fork: {outcome}");
            world.Table.ReleaseAll(fork);
            a.Dispose();
        });
        var releasing = SchedulingChoice() ? Task.Run(Release) : Task.CompletedTask;
        await Task.WhenAll(new[] { joining, releasing });
        Specification.Assert(await usingOther == Outcome.Used, $"The other: {await usingOther}");
        b.Dispose();
        world.End(body, other, fork);

        void Release()
        {
            b.Dispose();
            isReleased = true;
        }
    }

    /// <summary>INV-06: a guard disposed by two at once, and stale ones later, release one hold, which was their own.</summary>
    public static async Task DisposeTwice()
    {
        var world = new LockWorld();
        var guard = world.Take(HostOwner.Anonymous, A);
        var copy = guard;
        var disposing = Task.Run(() => DisposeAndCheck(guard));
        var disposingCopy = Task.Run(() => DisposeAndCheck(copy));
        var taking = Task.Run(() =>
        {
            if (world.Table.TryAcquire(HostOwner.Anonymous, A, out var next, out _))
            {
                world.UseAndRelease(HostOwner.Anonymous, next, A);
            }
        });
        var waiting = Task.Run(() => world.UseAsync(HostOwner.Anonymous, [A]));
        await Task.WhenAll(new Task[] { disposing, disposingCopy, taking, waiting });
        Specification.Assert(await waiting == Outcome.Used, $"The one that waited: {await waiting}");
        var last = world.Take(HostOwner.Anonymous, A);
        guard.Dispose();
        copy.Dispose();
        Specification.Assert(last.IsHeld && !world.Table.TryAcquire(HostOwner.Anonymous, A, out _, out _), "A stale guard released another's hold");
        last.Dispose();
        world.End();

        static void DisposeAndCheck(ResourceGuard guard)
        {
            guard.Dispose();
            Specification.Assert(!guard.IsHeld, "Disposed, and held");
        }
    }

    /// <summary>INV-02: whoever begins to wait while the resource becomes free gets it; Coyote reports who waits for ever.</summary>
    public static async Task FreeWithWaiter()
    {
        var world = new LockWorld();
        var (first, second) = (world.Take(HostOwner.Anonymous, SharedA), world.Take(HostOwner.Anonymous, SharedA));
        var releasing = Task.Run(first.Dispose);
        var releasingOther = Task.Run(second.Dispose);
        var writing = Task.Run(() => world.UseAsync(HostOwner.Create("writer"), [A]));
        var reading = Task.Run(() => world.UseAsync(HostOwner.Anonymous, [SharedA]));
        await Task.WhenAll(new[] { releasing, releasingOther });
        Specification.Assert(await writing == Outcome.Used && await reading == Outcome.Used, $"The writer: {await writing}, the reader: {await reading}");
        world.End();
    }

    /// <summary>INV-04: nobody who comes later takes what one waits for, at the moment it is released either.</summary>
    public static async Task FirstCome()
    {
        var world = new LockWorld();
        var isServed = false;
        var held = world.Take(HostOwner.Anonymous, A);
        var waiting = WaitAsync();
        var releasing = Task.Run(held.Dispose);
        var passing = Task.Run(() =>
        {
            if (world.Table.TryAcquire(HostOwner.Anonymous, A, out var guard, out _))
            {
                Specification.Assert(isServed, "One that came later was served first");
                guard.Dispose();
            }
        });
        await Task.WhenAll(new[] { waiting, releasing, passing });
        world.End();

        async Task WaitAsync()
        {
            using var guard = await world.Table.AcquireAsync(HostOwner.Anonymous, A, timeout: null, default);
            isServed = true;
        }
    }

    /// <summary>INV-01, law 3: an attempt that ends while it is granted one thing and takes another keeps neither, and gets nothing later.</summary>
    public static async Task ReleaseAllGrant()
    {
        var world = new LockWorld();
        var (body, next) = (new AgentOwner("body"), HostOwner.Create("next"));
        var fork = new AgentOwner("fork", body);
        var held = world.Take(HostOwner.Anonymous, A);
        var waiting = world.Table.AcquireAsync(fork, A, timeout: null, default).AsTask();
        var granting = Task.Run(held.Dispose);
        var taking = Task.Run(async () =>
        {
            await KeepAsync(() => new ValueTask<ResourceGuard>(world.Table.TryAcquire(body, B, out var guard, out _) ? guard : default));
            await KeepAsync(() => world.Table.AcquireAsync(body, C, timeout: null, default));
        });
        var usingAll = Task.Run(() => world.UseAsync(next, [B, C]));
        world.Table.ReleaseAll(fork);
        world.Table.ReleaseAll(body);
        Specification.Assert(ResourceLockTable.HeldCount(body) == 0, "The attempt has ended, and holds something");
        await KeepAsync(() => new ValueTask<ResourceGuard>(waiting));
        await Task.WhenAll(new Task[] { granting, taking, usingAll });
        Specification.Assert(await usingAll == Outcome.Used, $"The next: {await usingAll}");
        Specification.Assert(await world.UseAsync(next, [A, B, C]) == Outcome.Used, "The attempt has ended, and keeps something from others");
        world.End(body, fork, next);

        // It disposes nothing: whatever it got, ReleaseAll has to find.
        static async Task KeepAsync(Func<ValueTask<ResourceGuard>> acquire)
        {
            try
            {
                await acquire();
            }
            catch (InvalidOperationException)
            {
                // It has ended already.
            }
            catch (ResourceDeadlockException)
            {
                // The next has C reserved and waits for B.
            }
        }
    }

    /// <summary>INV-03, INV-06: a lease that runs out while it is renewed and its guard disposed ends that hold only, once, and the next in line is served.</summary>
    public static async Task LeaseRunsOut()
    {
        var world = new LockWorld();
        var (one, two) = (HostOwner.Create("one"), HostOwner.Create("two"));
        var guard = world.Take(one, A with { Lease = Limit });
        var waiting = SchedulingChoice() ? world.UseAsync(HostOwner.Anonymous, [A]) : Task.FromResult(Outcome.Used);
        var renewing = Task.Run(guard.TryRenew);
        var passing = Task.Run(() => world.Clock.Advance(Limit));
        var releasing = Task.Run(async () =>
        {
            guard.Dispose();
            return await world.UseAsync(two, [A]);
        });
        await Task.WhenAll(new Task[] { renewing, passing, releasing });
        Specification.Assert(await waiting == Outcome.Used && await releasing == Outcome.Used, $"The one that waited: {await waiting}, the next: {await releasing}");
        Specification.Assert(!guard.IsHeld && !guard.TryRenew(), "Disposed, and held");

        // What is remembered of the lease goes with its time.
        world.Clock.Advance(Limit);
        world.End(one, two);
    }

    /// <summary>INV-01: a directory, and what lies in it taken without waiting, never at the same time; everybody is served.</summary>
    public static async Task DirectoryAgainstFile()
    {
        var world = new LockWorld();
        var usingFolder = Task.Run(() => world.UseAsync(HostOwner.Create("folder"), [Folder]));
        var usingFile = Task.Run(() => world.UseAsync(HostOwner.Create("file"), [FileIn]));
        var usingBoth = Task.Run(() => world.UseAsync(HostOwner.Anonymous, [FolderIn, FileIn]));
        foreach (var outcome in await Task.WhenAll(new[] { usingFolder, usingFile, usingBoth }))
        {
            Specification.Assert(outcome == Outcome.Used, $"One of them: {outcome}");
        }

        world.End();
    }

    /// <summary>INV-01: activities of one agent exclude each other from what their body holds, and pass the stranger that waits for it.</summary>
    public static async Task ForksAndStranger()
    {
        var world = new LockWorld();
        var body = new AgentOwner("body");
        var (left, right) = (new AgentOwner("left", body), new AgentOwner("right", body));
        var held = world.Take(body, A);
        var isReleased = false;
        var usingLeft = Task.Run(() => world.UseAsync(left, [A]));
        var usingRight = Task.Run(() => world.UseAsync(right, [A]));
        var waiting = Task.Run(async () =>
        {
            using var guard = await world.Table.AcquireAsync(HostOwner.Anonymous, A, timeout: null, default);
            Specification.Assert(isReleased, "A stranger was served before the body was done");
        });
        Specification.Assert(await usingLeft == Outcome.Used && await usingRight == Outcome.Used, $"Left: {await usingLeft}, right: {await usingRight}");
        isReleased = true;
        held.Dispose();
        await waiting;
        world.End(body, left, right);
    }

    /// <summary>INV-12, INV-06: counting what an owner holds while it takes something: the table still knows that it holds it.</summary>
    public static async Task CountAgainstTake()
    {
        var world = new LockWorld();
        var owner = HostOwner.Create("owner");
        world.Take(owner, A).Dispose();
        var counting = Task.Run(() =>
        {
            var count = ResourceLockTable.HeldCount(owner);
            Specification.Assert(count is 0 or 1, $"It holds {count}");
        });
        var taking = Task.Run(() => world.Take(owner, A));
        await Task.WhenAll(new[] { counting, taking });
        Specification.Assert(ResourceLockTable.HeldCount(owner) == 1, "It holds one, and the table does not know it");
        world.Take(owner, A).Dispose();
        world.Table.ReleaseAll(owner);
        world.End(owner);
    }

    /// <summary>INV-09: no continuation, callback of a token or timer, and no call of an owner runs under a gate.</summary>
    public static async Task NothingForeignUnderAGate()
    {
        var world = new LockWorld();
        var (ending, other) = (new AgentOwner("ending"), new AgentOwner("other"));
        var cancellation = new CancellationTokenSource();
        var held = world.Take(ending, A);
        using var lost = held.Lost.UnsafeRegister(static (_, _) => CheckNoGate("A callback for a lost guard"), null);
        using var cancelled = cancellation.Token.UnsafeRegister(static (_, _) => CheckNoGate("A callback for a cancelled wait"), null);
        var continued = ContinueAsync(HostOwner.Anonymous, A, default);
        var cancelling = ContinueAsync(other, B, cancellation.Token);
        var waiting = ContinueAsync(other, SharedA, cancellation.Token);
        var ends = Task.Run(() => world.Table.ReleaseAll(ending));
        var gives = Task.Run(held.Dispose);
        var gives2 = Task.Run(cancellation.Cancel);
        await Task.WhenAll(new[] { continued, cancelling, waiting, ends, gives, gives2 });
        world.End(ending, other);

        async Task ContinueAsync(LockOwner owner, ResourceRequest request, CancellationToken cancellationToken)
        {
            try
            {
                using var guard = await world.Table.AcquireAsync(owner, request, timeout: null, cancellationToken);
                CheckNoGate("A continuation");
            }
            catch (OperationCanceledException)
            {
                CheckNoGate("A continuation");
            }
        }

        static void CheckNoGate(string what) => Specification.Assert(ControlledGate.HeldHere == 0, $"{what} runs under a gate");
    }

    private static bool SchedulingChoice() => Microsoft.Coyote.Random.Generator.Create().NextBoolean();
}
