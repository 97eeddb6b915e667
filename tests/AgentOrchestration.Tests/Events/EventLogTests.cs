using AgentOrchestration.Events;

namespace AgentOrchestration.Tests.Events;

public sealed class EventLogTests
{
    private readonly LogHarness _harness = new();

    private EventLog Log => _harness.Log;

    [Fact(DisplayName = "INV-24: numbers are consecutive from 1")]
    public void Append_NumbersConsecutivelyFromOne()
    {
        var agent = _harness.Agent(1);

        AgentEvent[] events = [_harness.Started(agent), _harness.Progress(agent), _harness.End(agent)];

        Assert.Equal([1, 2, 3], events.Select(e => e.Sequence));
        Assert.Equal(3, Log.LastSequence);
        Assert.Equal(3, Log.Published);
    }

    [Fact(DisplayName = "INV-24: numbers are consecutive, and the order is one for all readers, with many publishers")]
    public async Task Append_FromManyThreads_IsOneOrder()
    {
        const int Publishers = 8;
        const int Each = 2_000;
        var harness = new LogHarness(Publishers * Each);
        var events = harness.Subscribe();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => LogHarness.ReadToEnd(events))).ToArray();

        await Task.WhenAll(Enumerable.Range(1, Publishers).Select(number => Task.Run(() => harness.Progress(NewAgent(number), Each))));
        harness.Log.Complete();
        var seen = await Task.WhenAll(readers);

        Assert.All(seen, list => Assert.Equal(Enumerable.Range(1, Publishers * Each).Select(i => (long)i), list.Select(e => e.Sequence)));
        Assert.All(seen, list => Assert.True(list.SequenceEqual(seen[0], ReferenceEqualityComparer.Instance)));

        TestTrace NewAgent(int number) => harness.Agent((ulong)number, known: false);
    }

    [Fact(DisplayName = "INV-16: nothing is published for an agent after its terminal event")]
    public void Append_AfterTheTerminalEvent_IsDropped()
    {
        var agent = _harness.Agent(1);
        var other = _harness.Agent(2);
        var terminal = _harness.End(agent);

        Assert.False(Log.Append(new AgentProgressed(0, LogHarness.Start, "late", 1) { Origin = agent.Origin }, agent));
        Assert.False(Log.Append(LogHarness.Terminal(agent), agent));
        Assert.True(Log.Append(LogHarness.Terminal(other), other));

        Assert.Same(terminal, agent.Terminal);
        Assert.Equal(2, Log.LastSequence);
    }

    [Fact(DisplayName = "INV-16: of terminal events published at once exactly one stands, as the last of its agent")]
    public async Task Append_OfTerminalEventsAtOnce_KeepsOne()
    {
        for (var round = 0ul; round < 200; round++)
        {
            var agent = _harness.Agent(round, known: false);
            var after = Log.LastSequence;
            var published = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                _harness.Progress(agent);
                return Log.Append(LogHarness.Terminal(agent), agent);
            })));

            var events = await LogHarness.ReadToEnd(Log.Watch(agent, after));
            Assert.Equal(1, published.Count(stands => stands));
            Assert.Single(events, e => e.IsTerminal);
            Assert.Same(agent.Terminal, events[^1]);
        }
    }

    [Fact]
    public void Append_AfterComplete_IsDropped()
    {
        Log.Complete();

        Assert.False(Log.Append(new AgentsEvicted(0, LogHarness.Start, []), trace: null));
        Assert.Equal(0, Log.LastSequence);
    }

    [Fact]
    public void Constructor_TakesNoMemoryForTheRing()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var log = new EventLog(1 << 24, TimeProvider.System);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(taken, 0, 64 * 1024);
        GC.KeepAlive(log);
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    [InlineData(1000, 1024)]
    public async Task Capacity_IsRoundedUpToAPowerOfTwo(int capacity, int retained)
    {
        var harness = new LogHarness(capacity);
        harness.Progress(harness.Agent(1), 5_000);
        harness.Log.Complete();

        var events = await LogHarness.ReadToEnd(harness.Subscribe(new EventFilter { After = 0 }));

        var missed = Assert.IsType<EventsMissed>(events[0]);
        Assert.Equal((1, 5_000 - retained), (missed.FirstMissed, missed.LastMissed));
        Assert.Equal(retained, events.Count - 1);
    }
}
