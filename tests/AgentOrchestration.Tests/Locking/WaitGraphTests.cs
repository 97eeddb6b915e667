using System.Diagnostics;
using AgentOrchestration.Locking;

namespace AgentOrchestration.Tests.Locking;

/// <summary>One graph over locks, children and groups, in which an agent is stuck only if all its activities are.</summary>
public sealed class WaitGraphTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);
    private static readonly ResourceRequest A = ResourceRequest.Exclusive("a");
    private static readonly ResourceRequest B = ResourceRequest.Exclusive("b");

    private readonly ResourceLockTable _table = new(TimeProvider.System);
    private readonly TestOwner _parent = new("parent");
    private readonly TestOwner _child = new("child");
    private readonly TestOwner _other = new("other");

    [Fact]
    public async Task INV12_ParentWaitsForAChildThatWaitsForItsLock_IsRefused()
    {
        await Acquire(_parent, A);
        _table.BeginWait(new TestWait(_parent, [_child], all: true));

        var thrown = await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await Acquire(_child, A));

        Assert.Contains("'child' would wait for named:a held by 'parent', which waits for its child namely 'child'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task INV12_WaitForAChildThatAlreadyWaitsForItsLock_IsRefusedAndNotBegun()
    {
        var held = await Acquire(_parent, A);
        var waiting = Acquire(_child, A).AsTask();

        Assert.Throws<ResourceDeadlockException>(() => _table.BeginWait(new TestWait(_parent, [_child], all: true)));

        held.Dispose();
        Assert.True((await waiting.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task INV12_WaitForAnyChild_IsNoDeadlockWhileOneCanMove()
    {
        var working = new TestOwner("working");
        await Acquire(_parent, A);
        _table.BeginWait(new TestWait(_parent, [_child, working], all: false));

        var waiting = Acquire(_child, A).AsTask();
        Assert.False(waiting.IsCompleted);

        // The last one that could move no longer can.
        await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await Acquire(working, A));
    }

    [Fact]
    public async Task INV12_EndWait_TakesItOutOfTheGraph()
    {
        await Acquire(_parent, A);
        var wait = new TestWait(_parent, [_child], all: true);
        _table.BeginWait(wait);
        _table.EndWait(wait);
        _table.EndWait(wait);

        Assert.False(Acquire(_child, A).AsTask().IsCompleted);
    }

    [Fact]
    public async Task INV12_WhileAnotherActivityOfTheAgentWorks_ItIsNoDeadlock_AndWhenItEndsTheYoungestIsRefused()
    {
        var fork = new TestOwner("fork", _parent);
        await Acquire(_parent, A);
        await Acquire(_other, B);
        var oldest = Acquire(_other, A).AsTask();

        // The body still works and could release a.
        var youngest = Acquire(fork, B).AsTask();
        Assert.False(youngest.IsCompleted);

        _table.EndActivity(_parent)?.Invoke();

        var thrown = await Assert.ThrowsAsync<ResourceDeadlockException>(() => youngest.WaitAsync(Hang));
        Assert.Equal(["fork", "other"], thrown.Cycle.Select(link => link.Name));
        Assert.False(oldest.IsCompleted);
    }

    [Fact]
    public async Task INV12_WaitOfAForkWhileTheBodyJoins_IsRefusedAtOnce()
    {
        var fork = new TestOwner("fork", _parent);
        await Acquire(_parent, A);
        _table.EndActivity(_parent)?.Invoke();
        await Acquire(_other, B);
        var waiting = Acquire(_other, A).AsTask();

        await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await Acquire(fork, B));

        Assert.False(waiting.IsCompleted);
        _table.AddActivities(_parent, 1);
    }

    [Fact]
    public async Task INV12_Group_IsStuckOnlyIfEveryHolderIs()
    {
        var group = new WaitGroup("a place in group 'coders'", "held by");
        var second = new TestOwner("second");
        _table.AddMember(group, _child);
        _table.AddMember(group, second);
        await Acquire(_parent, A);
        _table.BeginWait(new TestWait(_parent, group));

        Assert.False(Acquire(_child, A).AsTask().IsCompleted);
        var thrown = await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await Acquire(second, A));
        Assert.Contains("a place in group 'coders' held by", thrown.Message, StringComparison.Ordinal);

        _table.RemoveMember(group, second);
        Assert.False(Acquire(second, A).AsTask().IsCompleted);
    }

    [Fact]
    public async Task INV12_WhoIsToldToStop_CountsAsAbleToMove_UntilTheNextAttempt()
    {
        await Acquire(_parent, A);
        _table.BeginWait(new TestWait(_parent, [_child], all: true));
        _table.Unwind(_child);

        // It stops waiting soon, and nobody is to be refused for what it still waits for.
        Assert.False(Acquire(_child, A).AsTask().IsCompleted);

        _table.Reset(_child);
        await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await Acquire(new TestOwner("fork", _child), A));
    }

    [Fact]
    public async Task INV12_AHostOwner_StandsInTheGraph()
    {
        var host = HostOwner.Create("import");
        await Acquire(host, A);
        await Acquire(_other, B);
        Assert.False(Acquire(_other, A).AsTask().IsCompleted);

        var thrown = await Assert.ThrowsAsync<ResourceDeadlockException>(async () => await Acquire(host, B));

        Assert.Contains("'import'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task INV12_AnonymousHostCode_IsNeverStuck()
    {
        await Acquire(HostOwner.Anonymous, A);
        await Acquire(_other, B);
        Assert.False(Acquire(_other, A).AsTask().IsCompleted);

        Assert.False(Acquire(HostOwner.Anonymous, B).AsTask().IsCompleted);
    }

    private sealed class TestWait : PartyWait
    {
        public TestWait(WaitParty party, IReadOnlyList<WaitParty> children, bool all)
            : base(party, children, all)
        {
        }

        public TestWait(WaitParty party, WaitGroup group)
            : base(party, group)
        {
        }

        protected override void OnRefused(ResourceDeadlockException refusal) => throw new UnreachableException("No test here ends it so.");
    }

    private ValueTask<ResourceGuard> Acquire(LockOwner owner, ResourceRequest request) => _table.AcquireAsync(owner, request, timeout: null, default);
}
