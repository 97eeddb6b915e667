using AgentOrchestration.Locking;
using CsCheck;

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
                var owner = HostOwner.Create($"worker {worker}");
                using var cancellation = new CancellationTokenSource();
                try
                {
                    await using var outer = await AcquireSomeAsync(table, owner, random, cancellation);
                    if (random.Next(3) == 0)
                        await using (await AcquireSomeAsync(table, owner, random, cancellation))
                            await Task.Yield();
                }
                catch (OperationCanceledException)
                {
                }
                catch (TimeoutException)
                {
                }
                catch (ResourceDeadlockException)
                {
                }

                table.ReleaseAll(owner);
                Assert.Equal(0, ResourceLockTable.HeldCount(owner));
            }
        })).ToArray();

        // One that fails keeps its guards: say so before the others hang on them.
        await foreach (var worker in Task.WhenEach(workers).WithCancellation(new CancellationTokenSource(TimeSpan.FromMinutes(2)).Token))
            await worker;

        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void INV01_INV06_TryAcquireAndRelease_AreLinearizable()
    {
        var keys = Gen.Int[0, 2].Select(i => Keys[new[] { 0, 3, 6 }[i]]);
        var acquire = Gen.Select(Gen.Int[0, 3], keys, Gen.Bool, (slot, key, shared) => (slot, key, shared)).Operation<State>(
            step => $"take {step.key} {step.shared} {step.slot}",
            (state, step) => state.Take(step.slot, step.key, step.shared));
        var release = Gen.Int[0, 3].Operation<State>(slot => $"drop {slot}", (state, slot) => state.Drop(slot));

        Check.SampleParallel(Gen.Const(0).Select(_ => new State()), acquire, release, equal: static (one, other) => one.Describe() == other.Describe(), iter: 200);
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

    private static async Task<Occupied> AcquireSomeAsync(ResourceLockTable table, LockOwner owner, Random random, CancellationTokenSource cancellation)
    {
        var indices = Enumerable.Range(0, random.Next(4) == 0 ? 3 : 1).Select(_ => random.Next(Keys.Length)).Distinct().ToArray();
        if (random.Next(4) == 0)
            cancellation.CancelAfter(random.Next(3));
        var requests = indices.Select(i => new ResourceRequest(Keys[i])).ToArray();
        TimeSpan? timeout = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(1 + random.Next(3)) : null;
        var token = random.Next(2) == 0 ? cancellation.Token : default;
        var guard = requests.Length == 1
            ? await table.AcquireAsync(owner, requests[0], timeout, token)
            : await table.AcquireAllAsync(owner, requests, timeout, token);
        return new Occupied(guard, owner, indices);
    }

    // Counts holders by owner, outside the table: one that sees another where it must be alone fails. Re-entrance shows as its own mark.
    private sealed class Occupied : IAsyncDisposable
    {
        private static readonly Dictionary<int, (LockOwner Owner, int Depth)> Present = [];
        private readonly ResourceGuard _guard;
        private readonly int[] _indices;

        public Occupied(ResourceGuard guard, LockOwner owner, int[] indices)
        {
            _guard = guard;
            _indices = indices;
            lock (Present)
            {
                foreach (var index in Covered())
                {
                    var (holder, depth) = Present.GetValueOrDefault(index);
                    Assert.True(holder is null || ReferenceEquals(holder, owner), $"{Keys[index]} has two holders.");
                    Present[index] = (owner, depth + 1);
                }
            }
        }

        public ValueTask DisposeAsync()
        {
            lock (Present)
            {
                foreach (var index in Covered())
                {
                    var (holder, depth) = Present[index];
                    if (depth == 1)
                        Present.Remove(index);
                    else
                        Present[index] = (holder, depth - 1);
                }
            }

            return _guard.DisposeAsync();
        }

        // The directory stands for the files in it.
        private IEnumerable<int> Covered() => _indices.SelectMany(index => index == 6 ? [3, 4, 6] : new[] { index });
    }

    private sealed class State
    {
        private readonly ResourceLockTable _table = new(TimeProvider.System);
        private readonly ResourceGuard[] _guards = new ResourceGuard[4];
        private readonly Lock[] _slots = [new(), new(), new(), new()];

        public void Take(int slot, ResourceKey key, bool shared)
        {
            lock (_slots[slot])
            {
                if (!_guards[slot].IsHeld && _table.TryAcquire(HostOwner.Anonymous, new ResourceRequest(key, shared ? ResourceMode.Shared : ResourceMode.Exclusive), out var guard, out _))
                    _guards[slot] = guard;
            }
        }

        public void Drop(int slot)
        {
            lock (_slots[slot])
                _guards[slot].Dispose();
        }

        public string Describe() => string.Join('|', _guards.Select(guard => guard.IsHeld ? $"{guard.Key} {guard.Mode}" : "free"));
    }
}
