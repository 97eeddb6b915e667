using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Contracts;

/// <summary>What every store promises about order, leases, adoption and deletion.</summary>
public abstract class OrchestrationStoreContract : IAsyncDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly List<IOrchestrationStore> _stores = [];

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    /// <summary>A store on the clock <see cref="Time"/>; every one that a test asks for has the same content.</summary>
    protected abstract IOrchestrationStore Open();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task Holds_ExcludeThoseOfOtherLeases_AndNotOfTheirOwn()
    {
        await using var store = Open();
        var one = await store.AcquireLeaseAsync("one", Minute);
        var other = await store.AcquireLeaseAsync("other", Minute);
        var file = new ResourceRequest(ResourceKey.File("/data/orders.csv"));
        var directory = new ResourceRequest(ResourceKey.Directory("/data"), ResourceMode.Shared);

        Assert.True(store.SharesLocks);
        var held = await store.TryHoldAsync(one, file);
        Assert.Equal((one.Token, "one", file), (held.LeaseToken, held.Holder, held.Request));
        Assert.Equal(held, await store.TryHoldAsync(other, file));
        Assert.Equal(held, await store.TryHoldAsync(other, directory));
        Assert.Equal(other.Token, (await store.TryHoldAsync(other, new ResourceRequest(ResourceKey.File("/else")))).LeaseToken);
        var again = await store.TryHoldAsync(one, file);
        Assert.True(again.FencingToken > held.FencingToken);

        await store.EndHoldAsync(held);
        Assert.Equal(again, await store.TryHoldAsync(other, file));
        await store.EndHoldAsync(again);
        await store.EndHoldAsync(again);
        var shared = await store.TryHoldAsync(other, directory);

        Assert.Equal(other.Token, shared.LeaseToken);
        Assert.True(shared.FencingToken > again.FencingToken);
        Assert.Equal(one.Token, (await store.TryHoldAsync(one, directory)).LeaseToken);
        Assert.Equal(shared, await store.TryHoldAsync(one, file));
    }

    [Fact]
    public async Task AHold_EndsWithItsLease_WhichCannotComeBackOnceSomebodyHasTheResource()
    {
        await using var store = Open();
        var dead = await store.AcquireLeaseAsync("dead", Minute);
        var ended = await store.AcquireLeaseAsync("ended", Minute);
        await store.TryHoldAsync(dead, ResourceRequest.Exclusive("a"));
        await store.TryHoldAsync(ended, ResourceRequest.Exclusive("b"));

        await store.EndLeaseAsync(ended);
        Time.Advance(Minute / 2);
        var next = await store.AcquireLeaseAsync("next", Minute * 10);
        Assert.Equal(next.Token, (await store.TryHoldAsync(next, ResourceRequest.Exclusive("b"))).LeaseToken);
        Assert.Equal(dead.Token, (await store.TryHoldAsync(next, ResourceRequest.Exclusive("a"))).LeaseToken);
        Time.Advance(Minute);
        Assert.Equal(next.Token, (await store.TryHoldAsync(next, ResourceRequest.Exclusive("a"))).LeaseToken);

        Assert.False(await store.RenewLeaseAsync(dead));
        await Assert.ThrowsAsync<StoreLeaseLostException>(async () => await store.TryHoldAsync(dead, ResourceRequest.Exclusive("c")));
    }

    [Fact]
    public async Task AppendAsync_IsReadBackInOrder()
    {
        var store = New();
        var lease = await store.AcquireLeaseAsync("one", Minute);
        var large = new byte[5_000_000];
        Random.Shared.NextBytes(large);
        StoreRecord[] records =
        [
            Record("a", "first") with { Subject = "agent", Key = "1.0", Data = new byte[] { 0, 255, 128 } },
            Record("b", "other"),
            Record("a", "second") with { Data = large },
            Record("a", "third") with { EndsStream = true, Timestamp = Time.GetUtcNow() + Minute },
        ];

        await store.AppendAsync(lease, records);

        var read = await ReadAsync(store, "a", "missing", "b");
        Assert.Equal(["first", "second", "third", "other"], read.Select(stored => stored.Record.Kind));
        Assert.All(read, stored => Assert.Null(stored.Damage));
        Assert.Equal(("agent", "1.0", Time.GetUtcNow()), (read[0].Record.Subject, read[0].Record.Key, read[0].Record.Timestamp));
        Assert.Equal([0, 255, 128], read[0].Record.Data.ToArray());
        Assert.Equal(large, read[1].Record.Data.ToArray());
        Assert.Null(read[1].Record.Key);
        Assert.Empty(read[3].Record.Data.ToArray());
        Assert.Equal([false, false, true, false], read.Select(stored => stored.Record.EndsStream));
        Assert.True(read[0].Position < read[1].Position && read[1].Position < read[2].Position);
    }

    [Fact]
    public async Task ListAsync_SaysWhatIsThere()
    {
        var store = New();
        var lease = await store.AcquireLeaseAsync("one", Minute);
        await store.AppendAsync(lease, [Record("a", "x") with { Data = new byte[10] }, Record("b", "x")]);
        await store.AppendAsync(lease, [Record("a", "y") with { Data = new byte[5], EndsStream = true, Timestamp = Time.GetUtcNow() + Minute }]);

        var all = await ListAsync(store);
        var one = await ListAsync(store, "b");

        Assert.Equal(["a", "b"], all.Select(stream => stream.Id));
        Assert.Equal((2L, 15L, Time.GetUtcNow() + Minute, false, null), (all[0].Records, all[0].Bytes, all[0].EndedAt, all[0].IsLive, all[0].LeaseToken));
        Assert.Equal((1L, 0L, null, true, lease.Token), (one[0].Records, one[0].Bytes, one[0].EndedAt, one[0].IsLive, one[0].LeaseToken));
        Assert.Empty(await ListAsync(store, "missing"));
    }

    [Fact]
    public async Task INV11_Tokens_GrowOverStores()
    {
        var tokens = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            var store = New();
            var lease = await store.AcquireLeaseAsync("one", Minute);
            tokens.Add(lease.Token);
            await store.EndLeaseAsync(lease);
        }

        Assert.Equal(tokens.Distinct().Order(), tokens);
    }

    [Fact]
    public async Task INV34_WhatIsLive_IsNotAdopted_AndWhatIsDeadOnce()
    {
        var store = New();
        var dead = await store.AcquireLeaseAsync("dead", Minute);
        await store.AppendAsync(dead, [Record("a", "x"), Record("b", "x"), Record("ended", "x") with { EndsStream = true }]);
        var second = await store.AcquireLeaseAsync("second", Minute * 10);
        var third = await store.AcquireLeaseAsync("third", Minute * 10);

        var early = await store.AdoptAsync(second);
        Time.Advance(Minute);
        var adopted = await store.AdoptAsync(second);
        var late = await store.AdoptAsync(third);
        var again = await store.AdoptAsync(second);

        Assert.Empty(early);
        Assert.Equal(["a", "b"], adopted.Select(stream => stream.Id));
        Assert.All(adopted, stream => Assert.Equal(second.Token, stream.LeaseToken));
        Assert.Empty(late);
        Assert.Empty(again);
    }

    [Fact]
    public async Task AppendAsync_ByWhoWasTakenOver_IsRefused()
    {
        var store = New();
        var dead = await store.AcquireLeaseAsync("dead", Minute);
        await store.AppendAsync(dead, [Record("a", "x")]);
        Time.Advance(Minute);
        var heir = await store.AcquireLeaseAsync("heir", Minute);
        await store.AdoptAsync(heir);

        var lost = await Assert.ThrowsAsync<StoreLeaseLostException>(async () => await store.AppendAsync(dead, [Record("a", "late")]));
        var renewed = await store.RenewLeaseAsync(dead);
        await store.AppendAsync(heir, [Record("a", "y")]);

        Assert.Equal(dead, lost.Lease);
        Assert.False(renewed);
        Assert.Equal(["x", "y"], (await ReadAsync(store, "a")).Select(stored => stored.Record.Kind));
    }

    [Fact]
    public async Task AnExpiredLease_ThatNobodyTookOver_IsRenewed()
    {
        var store = New();
        var lease = await store.AcquireLeaseAsync("slow", Minute);
        await store.AppendAsync(lease, [Record("a", "x")]);
        Time.Advance(Minute * 5);

        Assert.True(await store.RenewLeaseAsync(lease));

        var other = await store.AcquireLeaseAsync("other", Minute);
        Assert.Empty(await store.AdoptAsync(other));
        await store.AppendAsync(lease, [Record("a", "y")]);
    }

    [Fact]
    public async Task AnEndedLease_CanBeTakenOverAtOnce()
    {
        var store = New();
        var lease = await store.AcquireLeaseAsync("one", Minute);
        await store.AppendAsync(lease, [Record("a", "x")]);
        await store.EndLeaseAsync(lease);
        await store.EndLeaseAsync(lease);
        var other = await store.AcquireLeaseAsync("other", Minute);

        Assert.Equal("a", Assert.Single(await store.AdoptAsync(other)).Id);
        Assert.False(await store.RenewLeaseAsync(lease));
        await Assert.ThrowsAsync<StoreLeaseLostException>(async () => await store.AdoptAsync(lease));
    }

    [Fact]
    public async Task AppendAsync_IsAllOrNothing()
    {
        var store = New();
        var mine = await store.AcquireLeaseAsync("mine", Minute);
        var other = await store.AcquireLeaseAsync("other", Minute);
        await store.AppendAsync(other, [Record("theirs", "x")]);
        await store.AppendAsync(mine, [Record("done", "x") with { EndsStream = true }]);

        var theirs = await Assert.ThrowsAsync<StoreLeaseLostException>(async () => await store.AppendAsync(mine, [Record("new", "x"), Record("theirs", "y")]));
        var done = await Assert.ThrowsAsync<StoreLeaseLostException>(async () => await store.AppendAsync(mine, [Record("new", "x"), Record("done", "y")]));

        Assert.Equal(("theirs", "done"), (theirs.Stream, done.Stream));
        Assert.Empty(await ReadAsync(store, "new"));
    }

    [Fact]
    public async Task DeleteAsync_LeavesWhatIsLive()
    {
        var store = New();
        var lease = await store.AcquireLeaseAsync("one", Minute);
        await store.AppendAsync(lease, [Record("live", "x"), Record("ended", "x") with { EndsStream = true }]);

        Assert.False(await store.DeleteAsync("live"));
        Assert.True(await store.DeleteAsync("ended"));
        Assert.False(await store.DeleteAsync("ended"));
        Time.Advance(Minute);
        Assert.True(await store.DeleteAsync("live"));

        Assert.Empty(await ListAsync(store));
        Assert.Empty(await ReadAsync(store, "live", "ended"));
    }

    [Fact]
    public async Task IdempotencyKeys_AreUnique_UntilTheirStreamIsDeleted()
    {
        var store = New();
        var lease = await store.AcquireLeaseAsync("one", Minute);
        await store.AppendAsync(lease, [Record("a", "x") with { IdempotencyKey = "order 7", EndsStream = true }]);

        var refused = await Assert.ThrowsAsync<StoreLeaseLostException>(async () => await store.AppendAsync(lease, [Record("b", "x") with { IdempotencyKey = "order 7" }]));

        Assert.Equal("b", refused.Stream);
        Assert.Equal("a", await New().FindAsync("order 7"));
        Assert.Null(await store.FindAsync("order 8"));
        Assert.True(await store.DeleteAsync("a"));
        await store.AppendAsync(lease, [Record("b", "x") with { IdempotencyKey = "order 7" }]);
        Assert.Equal("b", await store.FindAsync("order 7"));
    }

    [Fact]
    public async Task ManyAtOnce_LoseNothing()
    {
        var store = New();
        var lease = await store.AcquireLeaseAsync("one", Minute);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () =>
        {
            for (var j = 0; j < 10; j++)
            {
                await store.AppendAsync(lease, [Record($"s{i}", $"k{j}")]);
            }
        })));

        foreach (var stream in await ListAsync(store))
        {
            Assert.Equal(Enumerable.Range(0, 10).Select(j => $"k{j}"), (await ReadAsync(store, stream.Id)).Select(stored => stored.Record.Kind));
        }

        Assert.Equal(50, (await ListAsync(store)).Count);
    }

    [Fact]
    public async Task ACancelledCall_ChangesNothing()
    {
        var store = New();
        var lease = await store.AcquireLeaseAsync("one", Minute);
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.AppendAsync(lease, [Record("a", "x")], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.AcquireLeaseAsync("two", Minute, cancelled));

        Assert.Empty(await ListAsync(store));
    }

    [Fact]
    public async Task BadArguments_AreRefused()
    {
        var store = New();

        await Assert.ThrowsAsync<ArgumentException>(async () => await store.AcquireLeaseAsync(" ", Minute));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await store.AcquireLeaseAsync("one", TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.FindAsync(""));
        await Assert.ThrowsAsync<ArgumentException>(async () => await store.DeleteAsync(""));
    }

    [Fact]
    public void Text_HoldsNoContent()
    {
        var record = Record("a", "x") with { Data = "secret"u8.ToArray() };

        Assert.DoesNotContain("secret", record.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new StoredRecord(1, record).ToString(), StringComparison.Ordinal);
    }

    protected StoreRecord Record(string stream, string kind) => new(stream, kind) { Timestamp = Time.GetUtcNow() };

    protected static async Task<IReadOnlyList<StoredRecord>> ReadAsync(IOrchestrationStore store, params string[] streams)
    {
        var records = new List<StoredRecord>();
        await foreach (var record in store.ReadAsync(streams))
        {
            records.Add(record);
        }

        return records;
    }

    protected static async Task<IReadOnlyList<StoredStream>> ListAsync(IOrchestrationStore store, string? stream = null)
    {
        var streams = new List<StoredStream>();
        await foreach (var one in store.ListAsync(stream))
        {
            streams.Add(one);
        }

        return streams;
    }

    protected IOrchestrationStore New()
    {
        var store = Open();
        _stores.Add(store);
        return store;
    }
}
