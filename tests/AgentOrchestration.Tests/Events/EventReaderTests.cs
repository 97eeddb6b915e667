using System.Runtime.CompilerServices;
using AgentOrchestration.Events;

namespace AgentOrchestration.Tests.Events;

public sealed class EventReaderTests
{
    private readonly LogHarness _harness = new();

    public enum Ending
    {
        Break,
        Throw,
        Cancel,
        CancelAsleep,
        DisposeAsleep,
        EndOfAgent,
    }

    [Theory(DisplayName = "INV-25: however a subscription ends, nothing keeps its reader")]
    [InlineData(Ending.Break)]
    [InlineData(Ending.Throw)]
    [InlineData(Ending.Cancel)]
    [InlineData(Ending.CancelAsleep)]
    [InlineData(Ending.DisposeAsleep)]
    [InlineData(Ending.EndOfAgent)]
    public async Task Reader_WhenItEnds_IsKeptByNothing(Ending ending)
    {
        var agent = _harness.Agent(1);
        using var cancellation = new CancellationTokenSource();

        var reader = await ReadAndEnd(agent, ending, cancellation);

        Assert.True(await IsCollected(reader));
        _harness.Progress(_harness.Agent(2));
        GC.KeepAlive(_harness);
    }

    [Fact(DisplayName = "INV-25: cancel ends a reader that sleeps, with the token it was given")]
    public async Task Cancel_WhileAsleep_EndsAtOnce()
    {
        using var cancellation = new CancellationTokenSource();
        await using var reader = _harness.Subscribe().GetAsyncEnumerator(cancellation.Token);
        var moved = reader.MoveNextAsync();

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => LogHarness.Soon(moved));
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.True(reader.MoveNextAsync().IsCanceled);
    }

    [Fact(DisplayName = "INV-25: cancel ends a reader before the events that it could still give")]
    public async Task Cancel_WhileEventsAreThere_EndsAtOnce()
    {
        using var cancellation = new CancellationTokenSource();
        await using var reader = _harness.Subscribe().GetAsyncEnumerator(cancellation.Token);
        _harness.Progress(_harness.Agent(1), 3);
        await LogHarness.Take(reader, 1);

        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await reader.MoveNextAsync());
        Assert.Equal(cancellation.Token, error.CancellationToken);
    }

    [Fact]
    public async Task Cancel_BeforeTheFirstRead_EndsAtOnce()
    {
        _harness.Progress(_harness.Agent(1));
        await using var reader = _harness.Subscribe(new EventFilter { After = 0 }).GetAsyncEnumerator(new CancellationToken(canceled: true));

        Assert.True(reader.MoveNextAsync().IsCanceled);
    }

    [Fact(DisplayName = "INV-25: dispose ends a reader that sleeps")]
    public async Task Dispose_WhileAsleep_EndsTheWait()
    {
        var reader = _harness.Subscribe().GetAsyncEnumerator();
        var moved = reader.MoveNextAsync();

        await reader.DisposeAsync();
        await reader.DisposeAsync();

        Assert.False(await LogHarness.Soon(moved));
        _harness.Progress(_harness.Agent(1));
        Assert.False(await LogHarness.Soon(reader.MoveNextAsync()));
    }

    [Fact(DisplayName = "INV-25: publish, cancel and dispose at once end a reader exactly once")]
    public async Task PublishCancelAndDispose_AtOnce_CompleteTheWaitOnce()
    {
        var agent = _harness.Agent(1);
        for (var round = 0; round < 500; round++)
        {
            using var cancellation = new CancellationTokenSource();
            var reader = _harness.Subscribe(round % 2 == 0 ? null : new EventFilter { Agents = [agent.Id] }).GetAsyncEnumerator(cancellation.Token);
            var moved = reader.MoveNextAsync();
            using var start = new Barrier(2);

            // Two at a time, in turn, so that each pair meets.
            var racing = new Action[] { () => _harness.Progress(agent), cancellation.Cancel, () => _ = reader.DisposeAsync() }
                .Where((_, i) => i != round % 3)
                .Select(action => Task.Run(() =>
                {
                    start.SignalAndWait();
                    action();
                }));
            await LogHarness.Soon(Task.WhenAll(racing));
            var outcome = await Record.ExceptionAsync(() => LogHarness.Soon(moved));

            Assert.True(outcome is null or OperationCanceledException, outcome?.ToString());
            await reader.DisposeAsync();
        }
    }

    [Fact]
    public async Task MoveNext_WhileItIsAwaited_Throws()
    {
        await using var reader = _harness.Subscribe().GetAsyncEnumerator();
        var moved = reader.MoveNextAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader.MoveNextAsync());

        _harness.Progress(_harness.Agent(1));
        Assert.True(await LogHarness.Soon(moved));
    }

    [Fact(DisplayName = "INV-26: a reader that falls behind is told once, exactly what it missed")]
    public async Task Reader_FallenBehind_IsToldExactlyWhatItMissed()
    {
        var harness = new LogHarness(16);
        var agent = harness.Agent(1);
        await using var reader = harness.Subscribe().GetAsyncEnumerator();
        harness.Progress(agent, 3);
        await LogHarness.Take(reader, 3);

        harness.Progress(agent, 100);
        var taken = await LogHarness.Take(reader, 17);

        var missed = Assert.IsType<EventsMissed>(taken[0]);
        Assert.Equal((4, 87, 87, LogHarness.Start), (missed.FirstMissed, missed.LastMissed, missed.Sequence, missed.Timestamp));
        Assert.Equal(Enumerable.Range(88, 16).Select(i => (long)i), taken.Skip(1).Select(e => e.Sequence));
        Assert.Equal(84, harness.Log.Missed);
        Assert.False(reader.MoveNextAsync().IsCompleted);
    }

    [Fact(DisplayName = "INV-26: after a gap a reader still gets the terminal events of its agents, and ends by them")]
    public async Task Reader_AfterAGap_GetsTheTerminalEventsOfItsAgents()
    {
        var harness = new LogHarness(16);
        var agents = Enumerable.Range(1, 40).Select(i => harness.Agent((ulong)i)).ToArray();
        var other = harness.Agent(100);
        var events = harness.Subscribe(new EventFilter { Agents = [.. agents.Select(agent => agent.Id)] });
        var ends = agents.Reverse().Select(harness.End).ToArray();
        harness.Progress(other, 20);

        var given = await LogHarness.ReadToEnd(events);

        var missed = Assert.IsType<EventsMissed>(given[0]);
        Assert.Equal((1, 44), (missed.FirstMissed, missed.LastMissed));
        Assert.Equal(ends, given.Skip(1));
    }

    [Fact(DisplayName = "INV-26: a gap is followed by the terminal events that fell into it only")]
    public async Task Reader_AfterAGap_GetsNoTerminalEventTwice()
    {
        var harness = new LogHarness(16);
        var (before, within, after) = (harness.Agent(1), harness.Agent(2), harness.Agent(3));
        await using var reader = harness.Subscribe(before, within, after).GetAsyncEnumerator();
        harness.End(before);
        await LogHarness.Take(reader, 1);
        harness.End(within);
        harness.Progress(after, 30);
        harness.End(after);

        var taken = await LogHarness.Take(reader, 100);

        Assert.IsType<EventsMissed>(taken[0]);
        Assert.Equal(2, taken[1].Sequence);
        Assert.Equal(Enumerable.Range(18, 16).Select(i => (long)i), taken.Skip(2).Select(e => e.Sequence));
    }

    [Fact]
    public async Task Gap_WithAKindsFilter_IsGiven()
    {
        var harness = new LogHarness(16);
        var events = harness.Subscribe(new EventFilter { Kinds = ["agent:failed"] });
        harness.Progress(harness.Agent(1), 20);
        harness.Log.Complete();

        Assert.IsType<EventsMissed>(Assert.Single(await LogHarness.ReadToEnd(events)));
    }

    [Fact(DisplayName = "INV-26: a reader that waits for one agent misses nothing by what others do")]
    public async Task Watcher_IsNotWokenByOthers_AndMissesNothing()
    {
        var harness = new LogHarness(16);
        var agent = harness.Agent(1);
        var other = harness.Agent(2);
        await using var first = harness.Subscribe(agent).GetAsyncEnumerator();
        await using var second = harness.Log.Watch(agent, after: 0).GetAsyncEnumerator();
        var firstMoved = first.MoveNextAsync();
        var secondMoved = second.MoveNextAsync();

        harness.Progress(other, 1_000);
        Assert.False(firstMoved.IsCompleted || secondMoved.IsCompleted);
        var e = harness.Progress(agent);

        Assert.True(await LogHarness.Soon(firstMoved) && await LogHarness.Soon(secondMoved));
        Assert.Equal([e, e], [first.Current, second.Current]);
        Assert.Equal(0, harness.Log.Missed);
    }

    [Fact(DisplayName = "INV-26: a reader that stops reading keeps a bounded number of events in memory")]
    public async Task Reader_ThatStops_KeepsFewEvents()
    {
        const int Retained = 16;
        const int Batch = 256;
        var harness = new LogHarness(Retained);
        var agent = harness.Agent(1);
        await using var unfiltered = harness.Subscribe().GetAsyncEnumerator();
        await using var filtered = harness.Subscribe(agent).GetAsyncEnumerator();
        harness.Progress(agent, 4);
        await LogHarness.Take(unfiltered, 1);
        await LogHarness.Take(filtered, 1);

        var events = Publish(harness, agent, 20_000);

        var alive = Retained + (2 * Batch);
        for (var i = 0; i < 20 && events.Count(e => e.IsAlive) > alive; i++)
        {
            GC.Collect();
            await Task.Yield();
        }

        Assert.InRange(events.Count(e => e.IsAlive), 0, alive);
        GC.KeepAlive((unfiltered, filtered));
    }

    [Fact(DisplayName = "INV-26: a reader that blocks its thread holds up no other reader and no publisher")]
    public async Task Reader_ThatBlocks_HoldsUpNobody()
    {
        var agent = _harness.Agent(1);
        using var blocked = new ManualResetEventSlim();
        var blocking = Task.Run(async () =>
        {
            await foreach (var e in _harness.Subscribe(new EventFilter { After = 0, Agents = [agent.Id] }))
            {
                blocked.Wait();
            }
        });
        var reading = LogHarness.ReadToEnd(_harness.Subscribe(agent));

        _harness.Progress(agent, 500);
        _harness.End(agent);

        Assert.Equal(501, (await reading).Count);
        Assert.False(blocking.IsCompleted);
        blocked.Set();
        await LogHarness.Soon(blocking);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static List<WeakReference> Publish(LogHarness harness, TestTrace agent, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new WeakReference(harness.Progress(agent)))];

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> ReadAndEnd(TestTrace agent, Ending ending, CancellationTokenSource cancellation)
    {
        var reader = _harness.Subscribe(agent).GetAsyncEnumerator(cancellation.Token);
        var kept = new WeakReference(reader);
        _harness.Progress(agent, 2);
        await LogHarness.Take(reader, ending is Ending.CancelAsleep or Ending.DisposeAsleep ? 2 : 1);
        switch (ending)
        {
            case Ending.Cancel:
                await cancellation.CancelAsync();
                Assert.True(reader.MoveNextAsync().IsCanceled);
                return kept;
            case Ending.CancelAsleep:
                var cancelled = reader.MoveNextAsync();
                await cancellation.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LogHarness.Soon(cancelled));
                return kept;
            case Ending.DisposeAsleep:
                var disposed = reader.MoveNextAsync();
                await reader.DisposeAsync();
                Assert.False(await LogHarness.Soon(disposed));
                return kept;
            case Ending.EndOfAgent:
                _harness.End(agent);
                Assert.Equal(2, (await LogHarness.Take(reader, 100)).Count);
                return kept;
            case Ending.Break or Ending.Throw:
                // Leaving await foreach by break or by an exception disposes, and nothing else.
                await reader.DisposeAsync();
                return kept;
            default:
                throw new ArgumentOutOfRangeException(nameof(ending));
        }
    }

    private static async Task<bool> IsCollected(WeakReference kept)
    {
        for (var i = 0; i < 100 && kept.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        return !kept.IsAlive;
    }
}
