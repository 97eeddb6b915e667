using AgentOrchestration.Llm.Routing;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Llm.Tests.Routing;

/// <summary>Generated histories of calls that enter, wait, give up, end in every way, and of time that passes; checked after each step against what must always hold.</summary>
public sealed class ClientPoolModelTests
{
    private const int Clients = 3;

    private enum Kind
    {
        Enter,
        Withdraw,
        Leave,
        Pass,
        Open,
        Close,
    }

    private static Gen<Step> Steps { get; } =
        from kind in Gen.Frequency((8, Gen.Const(Kind.Enter)), (2, Gen.Const(Kind.Withdraw)), (7, Gen.Const(Kind.Leave)), (3, Gen.Const(Kind.Pass)), (1, Gen.Const(Kind.Open)), (1, Gen.Const(Kind.Close)))
        from candidates in Gen.ULong[1, (1 << Clients) - 1]
        from priority in Gen.Enum<AgentPriority>()
        from end in Gen.Frequency((6, Gen.Const(CallEnd.Answered)), (4, Gen.Const(CallEnd.Throttled)), (2, Gen.Const(CallEnd.Unavailable)), (1, Gen.Const(CallEnd.Cancelled)), (1, Gen.Const(CallEnd.NotAdmitted)))
        from seconds in Gen.Double[0, 3]
        from index in Gen.Int[0, 1000]
        from isDeaf in Gen.Frequency((5, Gen.Const(false)), (1, Gen.Const(true)))
        select new Step(kind, candidates, priority, end, TimeSpan.FromSeconds(seconds), index, isDeaf);

    [Fact]
    public void EveryHistory_GivesPlacesInTurn_AndLosesNone() => Steps.Array[1, 80].Sample(
        static steps =>
        {
            using var run = new Run();
            foreach (var step in steps)
                run.Play(step);
            run.Finish();
        },
        iter: 3000,
        threads: 1,
        print: static steps => string.Join(Environment.NewLine, steps.AsEnumerable()));

    private sealed record Step(Kind Kind, ulong Candidates, AgentPriority Priority, CallEnd End, TimeSpan Duration, int Index, bool IsDeaf);

    private sealed class Run : IDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly RouterTelemetry _telemetry = new(NullLogger.Instance, orchestratorName: null);
        private readonly ModelClient[] _clients;
        private readonly ClientPool _pool;
        private readonly List<Place> _held = [];
        private readonly List<WaitingCall> _waiting = [];
        private readonly List<(ModelClient Client, TaskCompletionSource Code)> _leftBehind = [];

        public Run()
        {
            using var nobody = new FakeModel();
            _clients = [.. Enumerable.Range(0, Clients).Select(index => new ModelClient(index, Registration(index), nobody, _time))];
            _pool = new ClientPool(_clients, _time, _telemetry);
        }

        public void Play(Step step)
        {
            switch (step.Kind)
            {
                case Kind.Enter:
                    Enter(step);
                    break;
                case Kind.Withdraw when _waiting.Count > 0:
                    var waiting = _waiting[step.Index % _waiting.Count];
                    Assert.True(_pool.TryWithdraw(waiting), "A wait that is not decided can be given up.");
                    Assert.False(_pool.TryWithdraw(waiting), "Once.");
                    _waiting.Remove(waiting);
                    break;
                case Kind.Leave when _held.Count > 0:
                    Leave(_held[step.Index % _held.Count], step);
                    break;
                case Kind.Pass:
                    _time.Advance(step.Duration);
                    break;
                case Kind.Open:
                    _pool.Opened(_clients[step.Index % Clients], step.Duration);
                    break;
                case Kind.Close:
                    _pool.Closed(_clients[step.Index % Clients]);
                    break;
            }

            Check();
        }

        /// <summary>Whatever has happened, everything comes to its end: nothing waits that nothing would wake.</summary>
        public void Finish()
        {
            for (var round = 0; _waiting.Count + _held.Count > 0; round++)
            {
                Assert.True(round < 1000, "A call waits for ever.");
                while (_held.Count > 0)
                    Leave(_held[0], new Step(Kind.Leave, 0, default, CallEnd.Answered, default, 0, IsDeaf: false));
                foreach (var (_, code) in _leftBehind)
                    code.TrySetResult();
                _leftBehind.Clear();
                _time.Advance(TimeSpan.FromSeconds(60));
                Check();
            }

            foreach (var (_, code) in _leftBehind)
                code.TrySetResult();
            Assert.All(_pool.Snapshot().Clients, static client => Assert.Equal(0, client.InFlight));
        }

        public void Dispose()
        {
            _pool.Dispose();
            _telemetry.Dispose();
        }

        private static LlmClientRegistration Registration(int index)
        {
            var registration = new LlmClientRegistration($"c{index}", static _ => throw new NotSupportedException(), IsOwned: false);
            registration.Options.MaxConcurrentCalls = index + 1;
            return registration;
        }

        private void Enter(Step step)
        {
            if (_pool.TryEnter(step.Candidates, out var place))
            {
                _held.Add(place);
                return;
            }

            var ticket = 0L;
            Assert.True(_pool.TryWait(step.Candidates, step.Priority, ref ticket, TimeSpan.FromDays(2), out var waiting));
            Assert.False(waiting.IsDecided, "There was no room a moment ago.");
            _waiting.Add(waiting);
        }

        private void Leave(Place place, Step step)
        {
            _held.Remove(place);
            var code = step.IsDeaf ? new TaskCompletionSource() : null;
            if (code is not null)
                _leftBehind.Add((place.Client, code));
            var meaning = new LlmFailure(LlmFailureKind.Throttled) { RetryAfter = step.Duration };
            var before = _waiting.ToDictionary(static wait => wait, static wait => wait.Candidates);
            _pool.Leave(place, new ModelOutcome(step.End) { Failure = new ModelFailure(place.Client.Name, meaning, new IOException()), LeftBehind = code?.Task, RetryAfter = step.Duration });
            if (place.IsTrial && step.End == CallEnd.Unavailable)
                Assert.All(before, wait => Assert.True(wait.Key.Place is not null || (wait.Key.Candidates & place.Client.Bit) == 0, "The failure of a trial is that of all who wait for it."));
        }

        private void Check()
        {
            // In turn: of two that would take the same client, the first by priority and ticket is served first.
            var decided = _waiting.Where(static wait => wait.IsDecided).ToArray();
            _waiting.RemoveAll(static wait => wait.IsDecided);
            foreach (var served in decided.Where(static wait => wait.Place is not null))
                Assert.DoesNotContain(_waiting, wait => (wait.Candidates & served.Place!.Value.Client.Bit) != 0 && WaitingCall.ByTurn.Compare(wait, served) < 0);
            Assert.All(decided, static wait => Assert.True(wait.Task.IsCompletedSuccessfully && (wait.Place is not null || wait.Failures.Count > 0)));
            Assert.All(decided, static wait => Assert.True(wait.Place is not { } place || (wait.Candidates & place.Client.Bit) != 0));
            _held.AddRange(decided.Where(static wait => wait.Place is not null).Select(static wait => wait.Place!.Value));

            var snapshot = _pool.Snapshot();
            Assert.Equal(_waiting.Count, snapshot.Waiting);
            foreach (var client in _clients)
            {
                var shown = snapshot.Clients[client.Index];
                Assert.Equal(_held.Count(place => place.Client == client) + _leftBehind.Count(code => code.Client == client && !code.Code.Task.IsCompleted), shown.InFlight);
                Assert.InRange(shown.Limit, 1, client.Options.MaxConcurrentCalls);
                Assert.True(shown.InFlight <= client.Options.MaxConcurrentCalls);
                if (_waiting.Any(wait => (wait.Candidates & client.Bit) != 0))
                    Assert.False(_pool.TryEnter(client.Bit, out _), "A client with room is kept from a call that waits for it.");
            }
        }
    }
}
