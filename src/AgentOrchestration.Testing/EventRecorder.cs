namespace AgentOrchestration.Testing;

/// <summary>Collects the events of one orchestrator from the first one on, waits for particular ones, and checks that they obey the laws. Thread-safe.</summary>
/// <remarks>
/// It reads the stream as any subscriber does, so an event is here shortly after it was published: wait for it with <see cref="WaitForAsync{TEvent}"/> or
/// <see cref="WaitForEndAsync"/> before judging what is recorded. It must start before more than <see cref="AgentOrchestrationOptions.MaxRetainedEvents"/> have passed.
/// </remarks>
/// <example><code>
/// await using var recorder = EventRecorder.Start(orchestrator);
/// var handle = await orchestrator.SpawnAsync("try twice", agent);
/// await recorder.WaitForAsync&lt;AgentRetrying>(e => e.AgentId == handle.Id);
/// await recorder.WaitForEndAsync(handle.Id);
/// recorder.AssertLaws();
/// </code></example>
public sealed class EventRecorder : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<AgentEvent> _events = [];
    private readonly List<Waiter> _waiters = [];
    private readonly CancellationTokenSource _stop = new();
    private bool _ended;

    private EventRecorder(IAsyncEnumerable<AgentEvent> events) => Completion = Task.Run(() => ReadAsync(events));

    /// <summary>What has been recorded so far.</summary>
    public IReadOnlyList<AgentEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Completes when the stream has ended, which it does when the orchestrator is disposed, or this is.</summary>
    public Task Completion { get; }

    /// <summary>Starts recording, with what the orchestrator has published already.</summary>
    public static EventRecorder Start(IAgentOrchestrator orchestrator)
    {
        ArgumentNullException.ThrowIfNull(orchestrator);
        return new EventRecorder(orchestrator.Subscribe(new EventFilter { After = 0 }));
    }

    /// <summary>What has been recorded of one agent.</summary>
    public IReadOnlyList<AgentEvent> Of(AgentId id) => [.. Events.Where(e => e.AgentId == id)];

    /// <summary>The first event of this kind that fits, recorded already or to come.</summary>
    /// <param name="predicate">What is wanted of it; null takes any.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <exception cref="EventAssertionException">The stream ended without such an event.</exception>
    public async Task<TEvent> WaitForAsync<TEvent>(Func<TEvent, bool>? predicate = null, CancellationToken cancellationToken = default)
        where TEvent : AgentEvent
    {
        var waiter = new Waiter(e => e is TEvent wanted && (predicate is null || predicate(wanted)), typeof(TEvent).Name);
        lock (_gate)
        {
            if (_events.Find(waiter.Fits) is { } known)
            {
                return (TEvent)known;
            }

            ThrowIfEndedLocked(waiter);
            _waiters.Add(waiter);
        }

        return (TEvent)await waiter.Found.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Completes when the agent's terminal event is recorded, and with it all of its events.</summary>
    public Task<AgentEvent> WaitForEndAsync(AgentId id, CancellationToken cancellationToken = default) => WaitForAsync<AgentEvent>(e => e.IsTerminal && e.AgentId == id, cancellationToken);

    /// <summary>
    /// Checks what must hold of any stream: numbers are consecutive and none was missed; each agent begins with <see cref="AgentSpawned"/>, starts before it reports progress,
    /// and has at most one terminal event, its last.
    /// </summary>
    /// <exception cref="EventAssertionException">It does not hold.</exception>
    public void AssertLaws()
    {
        var events = Events;
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is EventsMissed gap)
            {
                throw new EventAssertionException($"The recorder missed the events {gap.FirstMissed} to {gap.LastMissed}: raise MaxRetainedEvents.");
            }

            if (events[i].Sequence != i + 1)
            {
                throw new EventAssertionException($"Event {events[i]} stands where #{i + 1} is due, after {(i == 0 ? "nothing" : events[i - 1])}.");
            }
        }

        foreach (var agent in events.Where(static e => e.AgentId is not null).GroupBy(static e => e.AgentId!.Value))
        {
            AssertLife(agent.Key, [.. agent]);
        }
    }

    /// <summary>Checks <see cref="AssertLaws"/>, and that each agent that was spawned has ended.</summary>
    /// <exception cref="EventAssertionException">It does not hold.</exception>
    public void AssertAllEnded()
    {
        AssertLaws();
        var open = Events.OfType<AgentSpawned>().Select(static e => e.AgentId).Except(Events.Where(static e => e.IsTerminal).Select(static e => e.AgentId)).ToList();
        if (open.Count > 0)
        {
            throw new EventAssertionException($"{open.Count} agents have no terminal event: {string.Join(", ", open.Take(5))}. The last event of the first is {Of(open[0]!.Value)[^1]}.");
        }
    }

    /// <summary>Checks that at no point more agents ran than this, going by the order of events.</summary>
    /// <exception cref="EventAssertionException">More did.</exception>
    public void AssertRunningAtMost(int count)
    {
        var running = new HashSet<AgentId>();
        foreach (var e in Events)
        {
            if (e is AgentStarted or AgentContinued)
            {
                running.Add(e.AgentId!.Value);
            }
            else if (e.IsTerminal || e is AgentWaiting or AgentPaused or AgentRetrying)
            {
                running.Remove(e.AgentId!.Value);
            }

            if (running.Count > count)
            {
                throw new EventAssertionException($"With {e} there are {running.Count} agents running, more than {count}: {string.Join(", ", running)}.");
            }
        }
    }

    /// <summary>Stops recording. What is recorded stays.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static void AssertLife(AgentId id, IReadOnlyList<AgentEvent> events)
    {
        if (events[0] is not AgentSpawned)
        {
            throw new EventAssertionException($"The first event of {id} is {events[0]}, not its acceptance.");
        }

        var started = false;
        for (var i = 0; i < events.Count; i++)
        {
            started |= events[i] is AgentStarted;
            if (events[i] is AgentProgressed && !started)
            {
                throw new EventAssertionException($"{events[i]} precedes the start of {id}.");
            }

            if (events[i].IsTerminal && i < events.Count - 1)
            {
                throw new EventAssertionException($"{events[i]} is terminal but {events[i + 1]} follows it.");
            }
        }
    }

    private async Task ReadAsync(IAsyncEnumerable<AgentEvent> events)
    {
        try
        {
            await foreach (var e in events.WithCancellation(_stop.Token).ConfigureAwait(false))
            {
                Record(e);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed: the usual end of a recorder.
        }
        finally
        {
            End();
        }
    }

    private void Record(AgentEvent e)
    {
        List<Waiter> found;
        lock (_gate)
        {
            _events.Add(e);
            found = _waiters.FindAll(waiter => waiter.Fits(e));
            _waiters.RemoveAll(found.Contains);
        }

        found.ForEach(waiter => waiter.Found.SetResult(e));
    }

    private void End()
    {
        List<Waiter> left;
        lock (_gate)
        {
            _ended = true;
            left = [.. _waiters];
            _waiters.Clear();
        }

        left.ForEach(static waiter => waiter.Found.SetException(waiter.NotFound()));
    }

    private void ThrowIfEndedLocked(Waiter waiter)
    {
        if (_ended)
        {
            throw waiter.NotFound();
        }
    }

    private sealed record Waiter(Predicate<AgentEvent> Fits, string Kind)
    {
        public TaskCompletionSource<AgentEvent> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public EventAssertionException NotFound() => new($"The stream of events ended without the {Kind} that was waited for.");
    }
}
