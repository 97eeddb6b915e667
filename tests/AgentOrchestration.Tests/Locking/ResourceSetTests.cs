using AgentOrchestration.Locking;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Locking;

/// <summary>Sets, containers and priority: waits that reach over more than one queue.</summary>
public sealed class ResourceSetTests
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);
    private static readonly ResourceRequest A = ResourceRequest.Exclusive("a");
    private static readonly ResourceRequest B = ResourceRequest.Exclusive("b");
    private static readonly ResourceRequest File = new(ResourceKey.File("/set/d/x"));
    private static readonly ResourceRequest OtherFile = new(ResourceKey.File("/set/dx"));
    private static readonly ResourceRequest Below = new(ResourceKey.Directory("/set/d/below"));
    private static readonly ResourceRequest Folder = new(ResourceKey.Directory("/set/d"));

    private readonly ResourceLockTable _table = new(new FakeTimeProvider());
    private readonly TestOwner _one = new("one");
    private readonly TestOwner _other = new("other");
    private readonly TestOwner _third = new("third");

    [Fact]
    public async Task INV07_AcquireAllAsync_HoldsAllUntilItsOneGuardGoes()
    {
        var set = await _table.AcquireAllAsync(_one, [A, B, A], timeout: null, default);
        Assert.Equal(2, ResourceLockTable.HeldCount(_one));
        Assert.False(_table.TryAcquire(_other, A, out _, out _));
        Assert.False(_table.TryAcquire(_other, B, out _, out _));

        set.Dispose();
        set.Dispose();

        Assert.Equal(0, ResourceLockTable.HeldCount(_one));
        Assert.Equal(0, _table.Count);
        Assert.False((await _table.AcquireAllAsync(_one, [], timeout: null, default)).IsHeld);
    }

    [Fact]
    public async Task INV07_AcquireAllAsync_WhileItWaits_HoldsNoneAndIsNotStarved()
    {
        var a = await Acquire(_one, A);
        var set = _table.AcquireAllAsync(_other, [A, B], timeout: null, default).AsTask();
        Assert.Equal(0, ResourceLockTable.HeldCount(_other));

        var late = Acquire(_third, B).AsTask();
        Assert.False(late.IsCompleted);
        a.Dispose();

        (await set.WaitAsync(Hang)).Dispose();
        Assert.True((await late.WaitAsync(Hang)).IsHeld);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task INV04_WhatOneEndFrees_IsHandedOverAtOnce_ToTheOlderActivityFirst(bool disposes)
    {
        await _table.AcquireAllAsync(_one, [A, B], timeout: null, default);
        var (holding, older, younger) = (new TestOwner("holding", _one), new TestOwner("older", _one), new TestOwner("younger", _one));
        var held = await _table.AcquireAllAsync(holding, [A, B], timeout: null, default);
        var all = _table.AcquireAllAsync(older, [A, B], timeout: null, default).AsTask();
        var a = Acquire(younger, A).AsTask();

        if (disposes)
            held.Dispose();
        else
            _table.ReleaseAll(holding);

        var next = await all.WaitAsync(Hang);
        Assert.False(a.IsCompleted);
        next.Dispose();
        Assert.True((await a.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task INV07_AcquireAllAsync_GivenUp_LetsThoseBehindItGo()
    {
        using var cancellation = new CancellationTokenSource();
        await Acquire(_one, A);
        var set = _table.AcquireAllAsync(_other, [A, B], timeout: null, cancellation.Token).AsTask();
        var late = Acquire(_third, B).AsTask();

        await cancellation.CancelAsync();

        Assert.True((await late.WaitAsync(Hang)).IsHeld);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => set.WaitAsync(Hang));
    }

    [Fact]
    public async Task INV01_Directory_ExcludesWhatIsBelowItAndNothingElse()
    {
        var folder = await Acquire(_one, Folder);

        Assert.False(_table.TryAcquire(_other, File, out _, out var conflict));
        Assert.Equal(Folder.Key, conflict.Key);
        Assert.Equal("one", conflict.Holder);
        Assert.False(_table.TryAcquire(_other, Below, out _, out _));
        Assert.True(_table.TryAcquire(_other, OtherFile, out _, out _));
        Assert.True(_table.TryAcquire(_one, File, out var own, out _));
        var waiting = Acquire(_other, File).AsTask();

        folder.Dispose();
        Assert.False(waiting.IsCompleted);
        own.Dispose();

        Assert.True((await waiting.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task INV05_Directory_WaitsForWhatIsHeldBelowAndIsNotStarvedByMore()
    {
        var file = await Acquire(_one, File);
        var folder = Acquire(_other, Folder).AsTask();
        Assert.False(folder.IsCompleted);

        var late = Acquire(_third, new ResourceRequest(ResourceKey.File("/set/d/y"))).AsTask();
        Assert.False(late.IsCompleted);
        file.Dispose();

        var held = await folder.WaitAsync(Hang);
        Assert.False(late.IsCompleted);
        held.Dispose();
        Assert.True((await late.WaitAsync(Hang)).IsHeld);
    }

    [Fact]
    public async Task INV01_Surface_ExcludesItsElements()
    {
        await Acquire(_one, new ResourceRequest(ResourceKey.UiElement("#save", "login")));

        Assert.False(_table.TryAcquire(_other, new ResourceRequest(ResourceKey.UiSurface("login")), out _, out _));
        Assert.True(_table.TryAcquire(_other, new ResourceRequest(ResourceKey.UiSurface("main")), out _, out _));
    }

    [Fact]
    public async Task INV04_AcquireAsync_TheMoreUrgentGoesFirst()
    {
        var urgent = new TestOwner("urgent") { Urgency = AgentPriority.Critical };
        var held = await Acquire(_one, A);
        var first = Acquire(_other, A).AsTask();
        var second = Acquire(urgent, A).AsTask();

        held.Dispose();
        var guard = await second.WaitAsync(Hang);
        Assert.False(first.IsCompleted);

        guard.Dispose();
        await first.WaitAsync(Hang);
    }

    [Fact]
    public async Task INV05_AcquireAsync_OvertakingByTheUrgent_IsBounded()
    {
        var held = await Acquire(_one, A);
        var modest = Acquire(new TestOwner("modest") { Urgency = AgentPriority.Low }, A).AsTask();
        for (var overtaken = 0; !modest.IsCompleted; overtaken++)
        {
            Assert.True(overtaken <= 1024, "It waits for ever.");
            var urgent = Acquire(new TestOwner("urgent") { Urgency = AgentPriority.Medium }, A).AsTask();
            held.Dispose();
            held = await (await Task.WhenAny(urgent, modest)).WaitAsync(Hang);
        }
    }

    [Fact]
    public async Task INV12_Sets_AskedForInOppositeOrder_AreNoDeadlock()
    {
        var first = await _table.AcquireAllAsync(_one, [A, B], timeout: null, default);
        var second = _table.AcquireAllAsync(_other, [B, A], timeout: null, default).AsTask();
        var third = _table.AcquireAllAsync(_third, [A, B], timeout: null, default).AsTask();

        first.Dispose();
        (await second.WaitAsync(Hang)).Dispose();
        (await third.WaitAsync(Hang)).Dispose();

        Assert.Equal(0, _table.Count);
    }

    private ValueTask<ResourceGuard> Acquire(LockOwner owner, ResourceRequest request) => _table.AcquireAsync(owner, request, timeout: null, default);
}
