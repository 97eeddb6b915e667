using AgentOrchestration.Locking;

namespace AgentOrchestration.Tests.Locking;

[Trait("Category", "Stress")]
public sealed class ResourceLockStressTests
{
    private static readonly ResourceKey[] Keys =
    [
        ResourceKey.Named("a"), ResourceKey.Named("b"), ResourceKey.Named("c"),
        ResourceKey.File("/stress/d/x"), ResourceKey.File("/stress/d/y"), ResourceKey.File("/stress/z"), ResourceKey.Directory("/stress/d"),
    ];

    [Fact]
    public async Task INV01_INV02_INV03_INV07_INV08_INV12_ManyWorkers_NeverTwoHoldersAndAnEmptyTableAtTheEnd()
    {
        var table = new ResourceLockTable(TimeProvider.System);
        var workers = Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var round = 0; round < 1500; round++)
            {
                LockOwner[] owners = [HostOwner.Create($"worker {worker}")];
                if (random.Next(3) == 0)
                {
                    var body = new TestOwner($"agent {worker}");
                    owners = [body, new TestOwner("left", body), new TestOwner("right", body)];
                }

                await WorkAsync(table, owners, random);
                foreach (var owner in owners.Reverse())
                    table.ReleaseAll(owner);
                Assert.Equal(0, ResourceLockTable.HeldCount(owners[0]));
            }
        })).ToArray();

        // One that fails keeps its guards: say so before the others hang on them.
        await foreach (var worker in Task.WhenEach(workers).WithCancellation(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token))
            await worker;

        Assert.Equal(0, table.Count);
        var snapshot = table.Snapshot();
        Assert.Empty(snapshot.Holds);
        Assert.Empty(snapshot.Waits);
    }

    [Fact]
    public async Task INV06_Dispose_AtOnceFromTwoThreads_ReleasesOnce()
    {
        var table = new ResourceLockTable(TimeProvider.System);
        var request = new ResourceRequest(Keys[0]);
        for (var i = 0; i < 5000; i++)
        {
            Assert.True(table.TryAcquire(HostOwner.Anonymous, request, out var guard, out _));
            using var start = new Barrier(2);
            var other = Task.Run(() =>
            {
                start.SignalAndWait();
                guard.Dispose();
                return table.TryAcquire(HostOwner.Anonymous, request, out var next, out _) ? next : default;
            });
            start.SignalAndWait();
            guard.Dispose();
            var taken = table.TryAcquire(HostOwner.Anonymous, request, out var mine, out _) ? mine : default;
            guard.Dispose();
            var theirs = await other;

            Assert.NotEqual(taken.IsHeld, theirs.IsHeld);
            taken.Dispose();
            theirs.Dispose();
        }

        Assert.Equal(0, table.Count);
    }

    // The first of them takes something, and within it takes more or lets its forks do so.
    private static async Task WorkAsync(ResourceLockTable table, LockOwner[] owners, Random random)
    {
        try
        {
            await using var outer = await AcquireSomeAsync(table, owners[0], random, mustEnd: false);
            if (owners.Length > 1)
                await Task.WhenAll(owners.Skip(1).Select(fork => WorkAsync(table, fork, new Random(random.Next()))));
            else if (random.Next(3) == 0)
                await WorkAsync(table, owners[0], random);
        }
        catch (Exception ended) when (IsExpected(ended))
        {
        }
    }

    // Nobody tells the table that the body joins them, so it does not see the circles that they are in: each of their waits has a limit.
    private static async Task WorkAsync(ResourceLockTable table, LockOwner owner, Random random)
    {
        try
        {
            await using var inner = await AcquireSomeAsync(table, owner, random, mustEnd: owner.Parent is not null);
            await Task.Yield();
        }
        catch (Exception ended) when (IsExpected(ended))
        {
        }
    }

    // An upgrade is the one mistake that they make.
    private static bool IsExpected(Exception ended) => ended is OperationCanceledException or TimeoutException or ResourceDeadlockException or InvalidOperationException;

    private static async Task<Occupied> AcquireSomeAsync(ResourceLockTable table, LockOwner owner, Random random, bool mustEnd)
    {
        var requests = Enumerable.Range(0, random.Next(4) == 0 ? 3 : 1)
            .Select(_ => new ResourceRequest(Keys[random.Next(Keys.Length)], random.Next(3) == 0 ? ResourceMode.Shared : ResourceMode.Exclusive))
            .DistinctBy(request => request.Key)
            .ToArray();
        using var cancellation = new CancellationTokenSource();
        if (random.Next(4) == 0)
            cancellation.CancelAfter(random.Next(3));
        TimeSpan? timeout = mustEnd || random.Next(4) == 0 ? TimeSpan.FromMilliseconds(1 + random.Next(3)) : null;
        var token = random.Next(2) == 0 ? cancellation.Token : default;
        var guard = requests.Length == 1
            ? await table.AcquireAsync(owner, requests[0], timeout, token)
            : await table.AcquireAllAsync(owner, requests, timeout, token);
        return new Occupied(guard, owner, requests);
    }

    // Counts holders outside the table: one that sees another where it must be alone fails.
    private sealed class Occupied : IAsyncDisposable
    {
        private static readonly List<Occupied> Present = [];
        private readonly ResourceGuard _guard;
        private readonly LockOwner _owner;
        private readonly ResourceRequest[] _requests;

        public Occupied(ResourceGuard guard, LockOwner owner, ResourceRequest[] requests)
        {
            (_guard, _owner, _requests) = (guard, owner, requests);
            lock (Present)
            {
                foreach (var other in Present)
                    Assert.True(IsOf(owner, other._owner) || !Array.Exists(requests, mine => Array.Exists(other._requests, theirs => Conflict(mine, theirs))), $"'{owner.Name}' and '{other._owner.Name}' have the same.");
                Present.Add(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            lock (Present)
                Present.Remove(this);
            return _guard.DisposeAsync();
        }

        private static bool IsOf(LockOwner? owner, LockOwner holder) => owner is not null && (ReferenceEquals(owner, holder) || IsOf(owner.Parent, holder));

        private static bool Conflict(ResourceRequest one, ResourceRequest other) =>
            (one.Mode == ResourceMode.Exclusive || other.Mode == ResourceMode.Exclusive) && (Overlap(one.Key, other.Key) || Overlap(other.Key, one.Key));

        // The directory of the keys above, and the files in it.
        private static bool Overlap(ResourceKey one, ResourceKey other) => one == other || (one == Keys[6] && (other == Keys[3] || other == Keys[4]));
    }
}
