using AgentOrchestration.Events;
using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>The event log under every order of appending, subscribing, reading, sleeping and leaving.</summary>
internal static class EventLogSchedules
{
    /// <summary>INV-27: from the position that the call fixed, every event comes, once and in order.</summary>
    public static async Task SubscribeAppendRead()
    {
        var log = new EventLog(64, new ManualClock());
        var appending = Task.Run(() => AppendSome(log, 3));
        var reading = Task.Run(async () =>
        {
            var before = log.LastSequence;
            var subscription = log.Subscribe(null, static _ => null);
            var after = log.LastSequence;
            var sequences = await SequencesOfAsync(subscription);
            Specification.Assert(sequences.Count == 0 || (sequences[0] > before && sequences[0] <= after + 1), $"Subscribed between {before} and {after}, and the first event is {sequences.FirstOrDefault()}");
            Specification.Assert(sequences.Count >= 6 - after, $"Subscribed at {after} at the latest, and read {sequences.Count} of 6 events");
            CheckConsecutive(sequences);
        });
        var appendingMore = Task.Run(() => AppendSome(log, 3));
        await Task.WhenAll(new[] { appending, appendingMore });
        log.Complete();
        await reading;
    }

    /// <summary>INV-24, INV-16: several areas append at once: numbers are consecutive, the terminal event is the agent's last, and is there once.</summary>
    public static async Task AppendTerminal()
    {
        var log = new EventLog(64, new ManualClock());
        var agent = new Agent(1);
        var appended = 0;
        var appending = new Task[3];
        for (var i = 0; i < appending.Length; i++)
        {
            var terminal = i > 0;
            appending[i] = Task.Run(() =>
            {
                Count(log.Append(agent.Progress(), agent));
                Count(log.Append(terminal ? agent.End() : agent.Progress(), agent));
                Count(log.Append(agent.Progress(), agent));
            });
        }

        var watching = Task.Run(() => WatchToTheEndAsync(log, agent));
        await Task.WhenAll(appending);
        await watching;
        Specification.Assert(log.LastSequence == appended, $"{appended} were taken and the last number is {log.LastSequence}");
        log.Complete();

        void Count(bool taken)
        {
            if (taken)
            {
                Interlocked.Increment(ref appended);
            }
        }
    }

    /// <summary>INV-27: a reader that falls asleep while events come is woken; one that watches an agent by that agent's events.</summary>
    public static async Task SleepAppend()
    {
        var log = new EventLog(64, new ManualClock());
        var (one, other) = (new Agent(1), new Agent(2));
        var watchingOne = Task.Run(() => WatchToTheEndAsync(log, one));
        var watchingOther = Task.Run(() => WatchToTheEndAsync(log, other));
        var subscription = log.Subscribe(new EventFilter { After = 0 }, static _ => null);
        var reading = Task.Run(() => SequencesOfAsync(subscription));
        var appending = Task.Run(() =>
        {
            log.Append(one.Progress(), one);
            log.Append(one.End(), one);
        });
        log.Append(other.Progress(), other);
        log.Append(other.End(), other);
        await Task.WhenAll(new[] { watchingOne, watchingOther, appending });
        log.Complete();
        var sequences = await reading;
        Specification.Assert(sequences.Count == 4, $"Read {sequences.Count} of 4 events");
        CheckConsecutive(sequences);
    }

    /// <summary>INV-25: leaving by disposal while the next event is awaited, and events come.</summary>
    public static async Task DisposeDuringRead()
    {
        var log = new EventLog(64, new ManualClock());
        var leaver = log.Subscribe(null, static _ => null).GetAsyncEnumerator();
        var other = log.Subscribe(null, static _ => null);
        var next = leaver.MoveNextAsync().AsTask();
        var reading = Task.Run(() => SequencesOfAsync(other));
        var appending = Task.Run(() => AppendSome(log, 2));
        var leaving = Task.Run(async () => await leaver.DisposeAsync());
        await Task.WhenAll(new[] { appending, leaving });
        if (await next)
        {
            Specification.Assert(leaver.Current.Sequence == 1, $"The first event was {leaver.Current}");
        }

        Specification.Assert(!await leaver.MoveNextAsync(), "A disposed reader went on");
        log.Complete();
        await reading;
    }

    /// <summary>INV-25: leaving by cancellation while the next event is awaited, and events come.</summary>
    public static async Task CancelDuringRead()
    {
        var log = new EventLog(64, new ManualClock());
        var cancellation = new CancellationTokenSource();
        var given = 0;
        var reading = Task.Run(async () =>
        {
            try
            {
                // Coyote does not know the awaitable of WithCancellation.
                await using var reader = log.Subscribe(new EventFilter { After = 0 }, static _ => null).GetAsyncEnumerator(cancellation.Token);
                while (await reader.MoveNextAsync())
                {
                    given++;
                    Specification.Assert(reader.Current.Sequence == given, $"{reader.Current} is the reader's event number {given}");
                }

                return false;
            }
            catch (OperationCanceledException)
            {
                return true;
            }
        });
        var appending = Task.Run(() => AppendSome(log, 2));
        var cancelling = Task.Run(cancellation.Cancel);
        await Task.WhenAll(new[] { appending, cancelling });
        Specification.Assert(await reading, "The reader was cancelled and ended as if the log had");
        log.Complete();
    }

    /// <summary>INV-26: a reader that the ring overtakes is told exactly what it missed.</summary>
    public static async Task OvertakenReader()
    {
        var log = new EventLog(2, new ManualClock());
        var agent = new Agent(1);
        var subscription = log.Subscribe(new EventFilter { After = 0 }, static _ => null);
        var reading = Task.Run(async () =>
        {
            var position = 0L;
            await foreach (var e in subscription)
            {
                if (e is EventsMissed missed)
                {
                    Specification.Assert(missed.FirstMissed == position + 1 && missed.LastMissed >= missed.FirstMissed, $"At {position}, missed {missed.FirstMissed} to {missed.LastMissed}");
                    position = missed.LastMissed;
                }
                else
                {
                    Specification.Assert(e.Sequence == position + 1, $"At {position}, then {e}");
                    position = e.Sequence;
                }
            }

            return position;
        });
        var watching = Task.Run(() => WatchToTheEndAsync(log, agent));
        var appending = Task.Run(() => AppendSome(log, 3));
        log.Append(agent.Progress(), agent);
        log.Append(agent.End(), agent);
        await Task.WhenAll(new[] { appending, watching });
        log.Complete();
        Specification.Assert(await reading == 5, $"The reader ended at {await reading} of 5");
    }

    private static void AppendSome(EventLog log, int count)
    {
        for (var i = 0; i < count; i++)
        {
            log.Append(new AgentsEvicted(0, DateTimeOffset.UnixEpoch, []), trace: null);
        }
    }

    private static async Task<List<long>> SequencesOfAsync(IAsyncEnumerable<AgentEvent> subscription)
    {
        var sequences = new List<long>();
        await foreach (var e in subscription)
        {
            sequences.Add(e.Sequence);
        }

        return sequences;
    }

    private static async Task WatchToTheEndAsync(EventLog log, Agent agent)
    {
        var ended = false;
        await foreach (var e in log.Watch(agent, after: 0))
        {
            Specification.Assert(!ended, $"{e} follows the terminal event");
            Specification.Assert(e is EventsMissed || e.AgentId == agent.Origin.AgentId, $"{e} is not of {agent.Origin.AgentId}");
            ended = e.IsTerminal;
        }

        Specification.Assert(ended, "The watch ended before the terminal event");
    }

    private static void CheckConsecutive(List<long> sequences)
    {
        for (var i = 1; i < sequences.Count; i++)
        {
            Specification.Assert(sequences[i] == sequences[i - 1] + 1, $"{sequences[i]} follows {sequences[i - 1]}");
        }
    }

    private sealed class Agent(ulong number) : AgentTrace(AgentOrigin.Of(new AgentId(7, number), default, default))
    {
        public AgentProgressed Progress() => new AgentProgressed(0, DateTimeOffset.UnixEpoch, "step", 1) { Origin = Origin };

        public AgentCancelled End() => new AgentCancelled(0, DateTimeOffset.UnixEpoch, null, new AgentResult { Id = Origin.AgentId, Goal = "g", State = AgentState.Cancelled }) { Origin = Origin };
    }
}
