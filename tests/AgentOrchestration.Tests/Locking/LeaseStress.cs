using System.Collections.Concurrent;
using AgentOrchestration.Locking;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Locking;

/// <summary>Leases that start, are renewed and are released by several threads, while another one moves the clock.</summary>
public sealed class LeaseStress
{
    [Fact]
    public async Task INV01_NoLeaseIsForgotten_AndNoneEndsAnothersHold()
    {
        const int Workers = 4;
        var time = new FakeTimeProvider();
        var table = new ResourceLockTable(time);
        var holders = new int[4];
        var foreign = 0;
        var kept = new ConcurrentBag<ResourceGuard>();
        var working = Workers;

        var clock = Task.Run(() =>
        {
            while (Volatile.Read(ref working) > 0)
                time.Advance(TimeSpan.FromMilliseconds(1));
        });
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 3000; i++)
            {
                // Some holds are left to their leases for good; the short ones may run out before they are released.
                var lease = TimeSpan.FromMilliseconds(random.Next(1, 40));
                if (random.Next(4) == 0)
                {
                    kept.Add(await table.AcquireAsync(HostOwner.Anonymous, ResourceRequest.Exclusive($"own-{worker}-{i}") with { Lease = lease }, null, CancellationToken.None));
                    continue;
                }

                var slot = random.Next(holders.Length);
                var guard = await table.AcquireAsync(HostOwner.Anonymous, ResourceRequest.Exclusive($"shared-{slot}") with { Lease = TimeSpan.FromDays(1) }, null, CancellationToken.None);
                if (Interlocked.Increment(ref holders[slot]) != 1 || !guard.TryRenew())
                    Interlocked.Increment(ref foreign);
                await Task.Yield();
                Interlocked.Decrement(ref holders[slot]);
                guard.Dispose();
            }

            Interlocked.Decrement(ref working);
        })));
        await clock;

        Assert.Equal(0, foreign);
        time.Advance(TimeSpan.FromMilliseconds(40));
        Assert.All(kept, static guard => Assert.False(guard.IsHeld));
        Assert.Equal(0, table.Count);
        table.StopLeases();
        Assert.Equal(0, table.LeaseCount);
    }
}
