using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace AgentOrchestration.Llm.Routing;

/// <summary>Owns who is called: the calls in flight at each client, what each can bear, and the calls that wait. One gate; decided within, done outside.</summary>
/// <remarks>
/// At every moment that the gate is free, no client with room suits a waiting call: each change that makes room gives it away before the gate is left. So a new call that finds room passes
/// nobody, and no wakeup is lost.
/// </remarks>
internal sealed class ClientPool : ICircuitObserver, IDisposable
{
    /// <summary>Sets of clients are bits.</summary>
    public const int MaxClients = 64;

    private readonly Lock _gate = new();
    private readonly ClientLoad[] _loads;
    private readonly WaitingLine _line = new();
    private readonly TimeProvider _time;
    private readonly RouterTelemetry _telemetry;
    private readonly double _frequency;
    private long _lastTicket;
    private bool _isDisposed;

    public ClientPool(IReadOnlyList<ModelClient> clients, TimeProvider time, RouterTelemetry telemetry)
    {
        _loads = [.. clients.Select(static client => new ClientLoad(client))];
        foreach (var client in clients)
        {
            client.Circuit = this;
        }

        _time = time;
        _telemetry = telemetry;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>A place at one of these clients, if one has room.</summary>
    public bool TryEnter(ulong candidates, out Place place)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(LlmRouter));
            return TryEnterLocked(candidates, out place);
        }
    }

    /// <summary>Takes a place in the line, or at a client if one has got room meanwhile.</summary>
    /// <param name="candidates">The clients that suit it.</param>
    /// <param name="priority">How urgent it is.</param>
    /// <param name="ticket">Its turn, if it has waited before; 0 if not, and set then.</param>
    /// <param name="patience">How long it can wait.</param>
    /// <param name="waiting">The wait, if it is one; it may be decided already.</param>
    /// <returns>False if none of them will be called for longer than that.</returns>
    public bool TryWait(ulong candidates, AgentPriority priority, ref long ticket, TimeSpan patience, [NotNullWhen(true)] out WaitingCall? waiting)
    {
        var end = After(patience);
        waiting = null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(LlmRouter));
            ticket = ticket == 0 ? ++_lastTicket : ticket;
            var wait = new WaitingCall(candidates, priority, ticket);
            if (TryEnterLocked(candidates, out var place))
            {
                wait.IsDecided = true;
                wait.Place = place;
            }
            else if (IsInVainLocked(candidates, end))
            {
                return false;
            }
            else
            {
                _line.Add(wait);
            }

            waiting = wait;
        }

        if (waiting.IsDecided)
        {
            waiting.TrySetResult();
        }

        return true;
    }

    /// <summary>Leaves the line.</summary>
    /// <returns>False if the wait was decided before: what it was given must be used or given back.</returns>
    public bool TryWithdraw(WaitingCall waiting)
    {
        lock (_gate)
        {
            if (waiting.IsDecided)
            {
                return false;
            }

            waiting.IsDecided = true;
            _line.Remove(waiting);
            return true;
        }
    }

    /// <summary>Gives a place back, with what became of the call.</summary>
    public void Leave(Place place, ModelOutcome outcome)
    {
        var load = _loads[place.Client.Index];
        var now = _time.GetTimestamp();
        var work = default(PoolWork);
        var limit = 0;
        var rest = TimeSpan.Zero;
        var isNews = false;
        lock (_gate)
        {
            switch (outcome.End)
            {
                case CallEnd.Answered:
                    load.Succeed(place.Epoch);
                    break;
                case CallEnd.Throttled:
                    rest = load.Refuse(place.Epoch, outcome.Failure?.Meaning.RetryAfter, out isNews);
                    limit = load.Limit.Current;
                    RestLocked(load, now + Ticks(rest), ref work);
                    break;
                case CallEnd.NotAdmitted when load.Circuit != CircuitPhase.Open:
                    // The word of the circuit's opening is still on its way here.
                    OpenLocked(load, now + Ticks(outcome.RetryAfter), ref work);
                    break;
            }

            if (place.IsTrial)
            {
                load.IsTried = false;
                if (outcome is { End: CallEnd.Unavailable or CallEnd.TimedOut, Failure: { } failure })
                {
                    FailWaitsLocked(load, failure, ref work);
                }
            }

            if (outcome.LeftBehind is null)
            {
                load.InFlight--;
            }

            GiveLocked(ref work);
        }

        if (outcome.LeftBehind is { } code)
        {
            FreeWhenOver(load, code);
        }

        work.Do();
        if (isNews)
        {
            _telemetry.Throttled(place.Client.Name, outcome.Failure?.Meaning.Status, rest, limit);
        }
    }

    /// <inheritdoc/>
    public void Opened(ModelClient client, TimeSpan duration)
    {
        var due = After(duration);
        var work = default(PoolWork);
        lock (_gate)
        {
            OpenLocked(_loads[client.Index], due, ref work);
        }

        work.Do();
        _telemetry.CircuitOpened(client.Name, duration);
    }

    /// <inheritdoc/>
    public void Closed(ModelClient client)
    {
        var load = _loads[client.Index];
        var work = default(PoolWork);
        lock (_gate)
        {
            load.Circuit = CircuitPhase.Closed;
            load.IsTried = false;
            work.Stop(load.Break);
            load.Break = null;
            GiveLocked(ref work);
        }

        work.Do();
        _telemetry.CircuitClosed(client.Name);
    }

    /// <summary>The client that a call of these would go to if all had room.</summary>
    public ModelClient Preview(ulong candidates)
    {
        lock (_gate)
        {
            return BestLocked(candidates).Client;
        }
    }

    public PoolSnapshot Snapshot()
    {
        lock (_gate)
        {
            return new PoolSnapshot([.. _loads.Select(static load => new ClientSnapshot(load.Client.Name, load.InFlight, load.Limit.Current, load.Circuit))], _line.Count);
        }
    }

    public void Dispose()
    {
        var work = default(PoolWork);
        lock (_gate)
        {
            _isDisposed = true;
            foreach (var load in _loads)
            {
                work.Stop(load.Rest);
                work.Stop(load.Break);
            }

            foreach (var waiting in _line.For(ulong.MaxValue))
            {
                _line.Remove(waiting);
                DecideLocked(waiting, place: null, ref work);
            }
        }

        work.Do();
    }

    private bool TryEnterLocked(ulong candidates, out Place place)
    {
        var roomy = candidates & RoomyLocked();
        place = roomy == 0 ? default : EnterLocked(BestLocked(roomy));
        return roomy != 0;
    }

    private static Place EnterLocked(ClientLoad load)
    {
        load.InFlight++;
        var isTrial = load.Circuit == CircuitPhase.Trial;
        load.IsTried |= isTrial;
        return new Place(load.Client, load.Limit.Epoch, isTrial);
    }

    private ulong RoomyLocked()
    {
        var roomy = 0UL;
        foreach (var load in _loads)
        {
            roomy |= load.HasRoom ? load.Client.Bit : 0;
        }

        return roomy;
    }

    // Equal loads go to the client that was added first: calls one after another stay at one client, whose cache of prompts is warm.
    private ClientLoad BestLocked(ulong clients)
    {
        var best = _loads[BitOperations.TrailingZeroCount(clients)];
        for (var rest = clients & (clients - 1); rest != 0; rest &= rest - 1)
        {
            var load = _loads[BitOperations.TrailingZeroCount(rest)];
            best = load.LoadWithOneMore < best.LoadWithOneMore ? load : best;
        }

        return best;
    }

    private bool IsInVainLocked(ulong candidates, long end)
    {
        foreach (var load in _loads)
        {
            if ((candidates & load.Client.Bit) != 0 && load.RoomAfter <= end)
            {
                return false;
            }
        }

        return true;
    }

    private void GiveLocked(ref PoolWork work)
    {
        while (_line.Count > 0 && RoomyLocked() is var roomy && roomy != 0 && _line.First(roomy) is { } waiting)
        {
            _line.Remove(waiting);
            DecideLocked(waiting, EnterLocked(BestLocked(waiting.Candidates & roomy)), ref work);
        }
    }

    private static void DecideLocked(WaitingCall waiting, Place? place, ref PoolWork work)
    {
        waiting.IsDecided = true;
        waiting.Place = place;
        work.Complete(waiting);
    }

    private void RestLocked(ClientLoad load, long due, ref PoolWork work)
    {
        if (_isDisposed || load.Rest?.Due >= due)
        {
            return;
        }

        work.Stop(load.Rest);
        load.Rest = new Alarm(_time, due, alarm => Rested(load, alarm));
        work.Start(load.Rest);
    }

    private void Rested(ClientLoad load, Alarm alarm)
    {
        var work = default(PoolWork);
        lock (_gate)
        {
            if (load.Rest == alarm)
            {
                load.Rest = null;
                GiveLocked(ref work);
            }
        }

        work.Do();
    }

    private void OpenLocked(ClientLoad load, long due, ref PoolWork work)
    {
        load.Circuit = CircuitPhase.Open;
        load.IsTried = false;
        work.Stop(load.Break);
        load.Break = null;
        if (!_isDisposed)
        {
            load.Break = new Alarm(_time, due, alarm => BreakOver(load, alarm));
            work.Start(load.Break);
        }
    }

    private void BreakOver(ClientLoad load, Alarm alarm)
    {
        var work = default(PoolWork);
        lock (_gate)
        {
            if (load.Break == alarm)
            {
                load.Break = null;
                load.Circuit = CircuitPhase.Trial;
                GiveLocked(ref work);
            }
        }

        work.Do();
    }

    // A trial is made for all that wait for it: its failure is theirs too. Otherwise each would wait for a trial of its own, one after another.
    private void FailWaitsLocked(ClientLoad load, ModelFailure failure, ref PoolWork work)
    {
        foreach (var waiting in _line.For(load.Client.Bit))
        {
            _line.Remove(waiting);
            waiting.Candidates &= ~load.Client.Bit;
            waiting.Failures.Add(failure);
            if (waiting.Candidates == 0)
            {
                DecideLocked(waiting, place: null, ref work);
            }
            else
            {
                _line.Add(waiting);
            }
        }
    }

    private void FreeWhenOver(ClientLoad load, Task code) => _ = code.ContinueWith(
        ended =>
        {
            // Read, so that it does not count as unobserved; the call has gone on without it, and nobody wants to know.
            _ = ended.Exception;
            var work = default(PoolWork);
            lock (_gate)
            {
                load.InFlight--;
                GiveLocked(ref work);
            }

            work.Do();
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);

    private long After(TimeSpan delay) => _time.GetTimestamp() + Ticks(delay);

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * _frequency);
}
