using AgentOrchestration.Files;
using AgentOrchestration.Locking;
using AgentOrchestration.Tests.Testing;

namespace AgentOrchestration.Tests.Files;

public sealed class FileLedgerTests
{
    private readonly ResourceLockTable _locks = new(TimeProvider.System);

    [Fact]
    public void Ledger_RemembersOnlyTheFilesWrittenLast()
    {
        var ledger = new FileLedger(capacity: 3);
        using var guard = Take("any");
        for (var i = 0; i < 100; i++)
        {
            var record = ledger.Rent(Key(i));
            Assert.True(Commit(record, guard));
            ledger.Return(record);
        }

        Assert.Equal(3, ledger.Count);
        Assert.Null(LastWrite(ledger, 96));
        Assert.NotNull(LastWrite(ledger, 97));
        Assert.NotNull(LastWrite(ledger, 99));
    }

    [Fact]
    public void Ledger_WhatIsOnlyLookedAt_IsForgotten_AndWhatIsUsedIsKept()
    {
        var ledger = new FileLedger(capacity: 1);
        using var guard = Take("any");
        var used = ledger.Rent(Key(0));
        Commit(used, guard);
        for (var i = 1; i < 10; i++)
        {
            var record = ledger.Rent(Key(i));
            Assert.Same(used, ledger.Rent(Key(0)));
            ledger.Return(record);
            ledger.Return(used);
        }

        Assert.Equal(1, ledger.Count);
        ledger.Return(used);
        Assert.Equal(1, ledger.Count);
    }

    [Fact]
    public void INV11_Commit_OfAnEndedHold_IsRefused()
    {
        var record = new FileRecord(Key(0));
        var guard = Take("r");
        guard.Dispose();

        Assert.False(Commit(record, guard));

        Assert.Null(record.LastWrite);
    }

    [Fact]
    public void INV11_Commit_WithASmallerFencingTokenThanTheLast_IsRefused()
    {
        var record = new FileRecord(Key(0));
        using var earlier = Take("a");
        using var later = Take("b");
        Assert.True(earlier.FencingToken < later.FencingToken);
        Assert.True(Commit(record, later));

        Assert.False(Commit(record, earlier));
        Assert.True(Commit(record, later));

        Assert.Equal(later.FencingToken, record.LastWrite!.FencingToken);
    }

    [Fact]
    public void INV11_FenceOff_WaitsForACommitThatHasBegun()
    {
        var record = new FileRecord(Key(0));
        var guard = Take("r");
        using var begun = new ManualResetEventSlim();
        using var finish = new ManualResetEventSlim();
        var order = new List<string>();
        var write = new FileWrite(new FileWriter(null, "stale", default), FileVersion.Of("x"u8), guard.FencingToken);
        var stale = new Thread(() => record.TryCommit(guard, write, () =>
        {
            begun.Set();
            finish.Wait(World.Hang);
            order.Add("in place");
        }));
        var next = new Thread(() =>
        {
            record.FenceOff();
            order.Add("fenced off");
        });
        stale.Start();
        Assert.True(begun.Wait(World.Hang));
        guard.Dispose();
        next.Start();
        Assert.True(SpinWait.SpinUntil(() => !next.IsAlive || next.ThreadState.HasFlag(ThreadState.WaitSleepJoin), World.Hang));

        finish.Set();

        Assert.True(stale.Join(World.Hang) && next.Join(World.Hang));
        Assert.Equal(["in place", "fenced off"], order);
        Assert.False(Commit(record, guard));
    }

    private static ResourceKey Key(int file) => ResourceKey.Named($"{file}");

    private static FileWrite? LastWrite(FileLedger ledger, int file)
    {
        var record = ledger.Rent(Key(file));
        ledger.Return(record);
        return record.LastWrite;
    }

    private ResourceGuard Take(string name)
    {
        Assert.True(_locks.TryAcquire(HostOwner.Anonymous, ResourceRequest.Exclusive(name), out var guard, out _));
        return guard;
    }

    private static bool Commit(FileRecord record, in ResourceGuard guard)
    {
        var isInPlace = false;
        var isCommitted = record.TryCommit(guard, new FileWrite(new FileWriter(null, "test", default), FileVersion.Of("x"u8), guard.FencingToken), () => isInPlace = true);
        Assert.Equal(isInPlace, isCommitted);
        return isCommitted;
    }
}
