namespace AgentOrchestration.Tests.Events;

public sealed class EventSubscriptionTests
{
    private readonly LogHarness _harness = new();

    [Fact(DisplayName = "INV-27: the position is fixed by the call, not by the first read")]
    public async Task Subscribe_FixesThePosition()
    {
        var agent = _harness.Agent(1);
        _harness.Progress(agent);
        var events = _harness.Subscribe();
        var first = _harness.Progress(agent);
        var second = _harness.Progress(agent);
        _harness.Log.Complete();

        Assert.Equal([first, second], await LogHarness.ReadToEnd(events));
    }

    [Fact(DisplayName = "INV-27: nothing is missed between subscribing and the first read while others publish")]
    public async Task Subscribe_WhileOthersPublish_MissesNothing()
    {
        var harness = new LogHarness(1 << 16);
        var agent = harness.Agent(1);
        using var stop = new CancellationTokenSource();
        var publisher = Task.Run(() =>
        {
            // Stays within the ring: this is about the position, not about gaps.
            for (var i = 0; i < 60_000 && !stop.IsCancellationRequested; i++)
            {
                harness.Progress(agent);
            }
        });

        for (var round = 0; round < 300; round++)
        {
            var before = harness.Log.LastSequence;
            var events = harness.Subscribe();
            var after = harness.Log.LastSequence;
            harness.Progress(agent);
            await using var reader = events.GetAsyncEnumerator();
            var taken = await LogHarness.Take(reader, 1);

            Assert.InRange(taken[0].Sequence, before + 1, after + 1);
        }

        await stop.CancelAsync();
        await LogHarness.Soon(publisher);
    }

    [Fact]
    public async Task Subscription_EnumeratedAgain_RestartsFromItsPosition()
    {
        var agent = _harness.Agent(1);
        var events = _harness.Subscribe();
        _harness.Progress(agent, 3);
        await using var first = events.GetAsyncEnumerator();
        await using var second = events.GetAsyncEnumerator();

        var interleaved = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            interleaved.Add((await LogHarness.Take(first, 1))[0].Sequence);
            interleaved.Add((await LogHarness.Take(second, 1))[0].Sequence);
        }

        Assert.Equal([1, 1, 2, 2, 3, 3], interleaved);
    }

    [Fact]
    public async Task After_ReplaysWhatIsRetained()
    {
        _harness.Progress(_harness.Agent(1), 5);
        _harness.Log.Complete();

        Assert.Equal([1, 2, 3, 4, 5], await Numbers(new EventFilter { After = 0 }));
        Assert.Equal([4, 5], await Numbers(new EventFilter { After = 3 }));
        Assert.Empty(await Numbers(new EventFilter { After = 5 }));
        Assert.Empty(await Numbers(null));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void After_OutsideTheNumbersGiven_Throws(long after)
    {
        _harness.Progress(_harness.Agent(1));

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => _harness.Subscribe(new EventFilter { After = after }));

        Assert.Contains("from 0 to the last number given so far, 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Kinds_WhenOneIsUnknown_ThrowsNamingTheKnownOnes()
    {
        var error = Assert.Throws<ArgumentException>(() => _harness.Subscribe(new EventFilter { Kinds = ["agent:failed", "agent:exploded"] }));

        Assert.Contains("'agent:exploded'", error.Message, StringComparison.Ordinal);
        Assert.Contains("agent:spawned, ", error.Message, StringComparison.Ordinal);
        Assert.Contains("events:missed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Filter_GivesWhatFitsAllOfIt()
    {
        var first = _harness.Agent(1, run: 1);
        var second = _harness.Agent(2, run: 1);
        var third = _harness.Agent(3);
        foreach (var agent in new[] { first, second, third })
        {
            _harness.Started(agent);
            _harness.Progress(agent);
        }

        _harness.Log.Append(new AgentsEvicted(0, LogHarness.Start, []), trace: null);
        _harness.Log.Complete();

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], await Numbers(new EventFilter { After = 0 }));
        Assert.Equal([1, 2, 3, 4], await Numbers(new EventFilter { After = 0, Run = LogHarness.Run(1) }));
        Assert.Equal([1, 3, 5], await Numbers(new EventFilter { After = 0, Kinds = ["agent:started"] }));
        Assert.Equal([2, 4, 6, 7], await Numbers(new EventFilter { After = 0, Kinds = ["agent:progress", "agents:evicted"] }));
        Assert.Equal([3, 4, 5, 6], await Numbers(new EventFilter { After = 0, Agents = [second.Id, third.Id] }));
        Assert.Equal([4], await Numbers(new EventFilter { After = 0, Agents = [second.Id, third.Id], Run = LogHarness.Run(1), Kinds = ["agent:progress"] }));
        Assert.Empty(await Numbers(new EventFilter { After = 0, Kinds = [] }));
    }

    [Fact]
    public async Task Complete_EndsSubscriptionsAfterTheyHaveGivenEverything()
    {
        var agent = _harness.Agent(1);
        var behind = _harness.Subscribe();
        _harness.Progress(agent, 2);
        await using var asleep = _harness.Subscribe().GetAsyncEnumerator();
        await using var watching = _harness.Subscribe(agent).GetAsyncEnumerator();
        var asleepEnd = asleep.MoveNextAsync();
        var watchingEnd = watching.MoveNextAsync();

        _harness.Log.Complete();

        Assert.False(await LogHarness.Soon(asleepEnd));
        Assert.False(await LogHarness.Soon(watchingEnd));
        Assert.Equal(2, (await LogHarness.ReadToEnd(behind)).Count);
    }

    [Fact(DisplayName = "INV-25: a subscription to agents ends after the terminal event of the last of them")]
    public async Task Agents_EndAfterTheLastTerminalEvent()
    {
        var first = _harness.Agent(1);
        var second = _harness.Agent(2);
        var other = _harness.Agent(3);
        var reading = LogHarness.ReadToEnd(_harness.Subscribe(first, second));

        _harness.Progress(first);
        _harness.End(second);
        _harness.Progress(other);
        _harness.Progress(first);
        _harness.End(first);
        _harness.Progress(other);

        Assert.Equal([1, 2, 4, 5], (await reading).Select(e => e.Sequence));
    }

    [Fact(DisplayName = "INV-25: agents that have ended or are not known count as ended")]
    public async Task Agents_EndedOrUnknown_EndAtOnce()
    {
        var ended = _harness.Agent(1);
        var unknown = _harness.Agent(2, known: false);
        var live = _harness.Agent(3);
        _harness.End(ended);

        Assert.Empty(await LogHarness.ReadToEnd(_harness.Subscribe(ended, unknown)));
        Assert.Empty(await LogHarness.ReadToEnd(_harness.Subscribe(new EventFilter { Agents = [] })));

        var reading = LogHarness.ReadToEnd(_harness.Subscribe(ended, unknown, live));
        _harness.End(live);
        Assert.Equal([2], (await reading).Select(e => e.Sequence));
    }

    [Fact]
    public async Task Agents_Forgotten_AreReplayedAsFarAsRetained()
    {
        var forgotten = _harness.Agent(1);
        var other = _harness.Agent(2);
        _harness.Progress(forgotten);
        _harness.Progress(other);
        _harness.End(forgotten);
        _harness.Progress(other);
        _harness.Forget(forgotten);

        Assert.Equal([1, 3], await Numbers(new EventFilter { Agents = [forgotten.Id], After = 0 }));
    }

    [Fact]
    public async Task Agents_WithKindsThatLeaveOutTerminalEvents_EndAllTheSame()
    {
        var agent = _harness.Agent(1);
        var reading = LogHarness.ReadToEnd(_harness.Subscribe(new EventFilter { Agents = [agent.Id], Kinds = ["agent:started"] }));

        _harness.Started(agent);
        _harness.End(agent);

        Assert.Equal([1], (await reading).Select(e => e.Sequence));
    }

    [Fact]
    public async Task Watch_OfAForgottenAgent_GivesItsEvents()
    {
        var agent = _harness.Agent(1, known: false);
        _harness.Progress(_harness.Agent(2));
        var events = _harness.Log.Watch(agent, after: 1);
        _harness.Started(agent);
        _harness.End(agent);

        Assert.Equal([2, 3], (await LogHarness.ReadToEnd(events)).Select(e => e.Sequence));
        Assert.Equal([2, 3], (await LogHarness.ReadToEnd(events)).Select(e => e.Sequence));
    }

    private async Task<IEnumerable<long>> Numbers(EventFilter? filter) => (await LogHarness.ReadToEnd(_harness.Subscribe(filter))).Select(e => e.Sequence);
}
