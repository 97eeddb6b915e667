using AgentOrchestration.Locking;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Locking;

/// <summary>Generated histories of acquire, release, cancel, time-out, join and end of attempts, compared step by step with <see cref="LockModel"/>.</summary>
public sealed class ResourceLockModelTests
{
    private const int Body = 0;
    private const int Anonymous = 6;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    // An agent with two forks, a more and a less urgent agent, and the host with and without an owner of its own.
    private static readonly LockModel.Owner[] Owners =
    [
        new(Priority: 2), new(Priority: 2, Parent: Body), new(Priority: 2, Parent: Body), new(Priority: 4), new(Priority: 1), new(Priority: 2), new(Priority: 2, IsAnonymous: true),
    ];

    private enum Kind
    {
        Acquire,
        AcquireSet,
        AcquireWithLimit,
        Try,
        Release,
        ReleaseAgain,
        GiveUp,
        Pass,
        Join,
        EndAttempt,
    }

    private static Gen<Step> Steps { get; } =
        from kind in Gen.Frequency(
            (6, Gen.Const(Kind.Acquire)), (3, Gen.Const(Kind.AcquireSet)), (2, Gen.Const(Kind.AcquireWithLimit)), (2, Gen.Const(Kind.Try)), (5, Gen.Const(Kind.Release)),
            (1, Gen.Const(Kind.ReleaseAgain)), (1, Gen.Const(Kind.GiveUp)), (1, Gen.Const(Kind.Pass)), (3, Gen.Const(Kind.Join)), (1, Gen.Const(Kind.EndAttempt)))
        from owner in Gen.Int[0, Owners.Length - 1]
        from members in Gen.Select(Gen.Int[0, LockModel.Keys.Count - 1], Gen.Frequency((2, Gen.Const(ResourceMode.Exclusive)), (1, Gen.Const(ResourceMode.Shared)))).Array[1, 3]
        from index in Gen.Int[0, 1000]
        select new Step(kind, owner, [.. members.DistinctBy(member => member.Item1).Select(member => new LockModel.Member(member.Item1, member.Item2))], index);

    // More with LOCK_HISTORIES.
    private static readonly int Histories = int.Parse(Environment.GetEnvironmentVariable("LOCK_HISTORIES") ?? "2000", System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public async Task INV01_INV04_INV05_INV07_INV08_INV12_EveryHistory_GoesAsTheModelSays() =>
        await Steps.Array[1, 60].SampleAsync(
            async steps =>
            {
                using var run = new Run();
                try
                {
                    foreach (var step in steps)
                        await run.PlayAsync(step);
                    await run.FinishAsync();
                }
                catch (Exception different)
                {
                    throw new InvalidOperationException(run.Describe(), different);
                }
            },
            iter: Histories,
            threads: 1,
            print: static steps => string.Join(Environment.NewLine, steps.AsEnumerable()));

    private sealed record Step(Kind Kind, int Owner, LockModel.Member[] Members, int Index)
    {
        public override string ToString() => $"{Kind} owner {Owner} [{string.Join(", ", Members.Select(member => $"{LockModel.Keys[member.Key]} {member.Mode}"))}] #{Index}";
    }

    private sealed record Wait(int Id, int Owner, Task<ResourceGuard> Task, CancellationTokenSource? Cancellation, DateTimeOffset? Due);

    private sealed class Run : IDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly ResourceLockTable _table;
        private readonly LockModel _model = new(Owners);
        private readonly List<Wait> _waits = [];
        private readonly Dictionary<int, (int Owner, ResourceGuard Guard)> _guards = [];
        private readonly List<ResourceGuard> _released = [];
        private readonly LockOwner[] _owners = new LockOwner[Owners.Length];
        private readonly List<CancellationTokenSource> _cancellations = [];
        private int _lastId;

        public Run()
        {
            _table = new ResourceLockTable(_time);
            for (var i = 0; i < Owners.Length; i++)
            {
                _owners[i] = i switch
                {
                    Anonymous => HostOwner.Anonymous,
                    5 => HostOwner.Create("owner 5"),
                    _ => new TestOwner($"owner {i}", Owners[i].Parent is { } parent ? _owners[parent] : null) { Urgency = (AgentPriority)Owners[i].Priority },
                };
            }
        }

        public async Task PlayAsync(Step step)
        {
            var canAct = !_model.IsIdle(step.Owner) && (step.Owner == Anonymous || !_model.IsWaiting(step.Owner));
            switch (step.Kind)
            {
                case Kind.Try when canAct:
                    Try(step);
                    break;
                case Kind.Acquire when canAct:
                    await AcquireAsync(step, step.Members[..1], limit: null);
                    break;
                case Kind.AcquireSet when canAct:
                    await AcquireAsync(step, step.Members, limit: null);
                    break;
                case Kind.AcquireWithLimit when canAct:
                    await AcquireAsync(step, step.Members, TimeSpan.FromSeconds(1 + (step.Index % 10)));
                    break;
                case Kind.Release when _guards.Count > 0:
                    Release(_guards.Keys.ElementAt(step.Index % _guards.Count));
                    break;
                case Kind.ReleaseAgain when _released.Count > 0:
                    _released[step.Index % _released.Count].Dispose();
                    break;
                case Kind.GiveUp when _waits.Count > 0:
                    await GiveUpAsync(_waits[step.Index % _waits.Count]);
                    break;
                case Kind.Pass:
                    await PassAsync(TimeSpan.FromSeconds(step.Index % 5));
                    break;
                // Whoever joins joins one that goes on.
                case Kind.Join when step.Owner <= 2 && !_model.IsWaiting(step.Owner) && Enumerable.Range(0, 3).Any(other => other != step.Owner && !_model.IsIdle(other)):
                    await JoinAsync(step.Owner);
                    break;
                case Kind.EndAttempt when step.Index % 4 == 0 && step.Owner is not (1 or 2 or Anonymous) && !Forks(step.Owner).Any(_model.IsWaiting):
                    foreach (var owner in Forks(step.Owner).Prepend(step.Owner))
                        await EndAttemptAsync(owner);
                    break;
                default:
                    break;
            }

            await CompareAsync();
        }

        public async Task FinishAsync()
        {
            while (_guards.Count > 0)
            {
                Release(_guards.Keys.First());
                await CompareAsync();
            }

            Assert.Empty(_waits);
            Assert.Empty(_model.Holds);
            Assert.Equal(0, _table.Count);
        }

        public void Dispose() => _cancellations.ForEach(cancellation => cancellation.Dispose());

        private void Try(Step step)
        {
            var member = step.Members[0];
            var request = new ResourceRequest(LockModel.Keys[member.Key], member.Mode);
            var id = ++_lastId;
            var expected = _model.Acquire(id, step.Owner, [member], wait: false);
            if (expected is LockModel.Answer.Upgrade or LockModel.Answer.Closed)
            {
                Assert.Throws<InvalidOperationException>(() => _table.TryAcquire(_owners[step.Owner], request, out _, out _));
                return;
            }

            var granted = _table.TryAcquire(_owners[step.Owner], request, out var guard, out var conflict);
            Assert.Equal(expected == LockModel.Answer.Granted, granted);
            if (granted)
                _guards.Add(id, (step.Owner, guard));
            else
                Assert.Contains(conflict.Holder, _model.LastBlockers.Select(owner => _owners[owner].Name));
        }

        private async Task AcquireAsync(Step step, LockModel.Member[] members, TimeSpan? limit)
        {
            var id = ++_lastId;
            var cancellation = step.Index % 2 == 0 ? new CancellationTokenSource() : null;
            if (cancellation is not null)
                _cancellations.Add(cancellation);

            // No two fall due at one moment.
            limit += TimeSpan.FromMilliseconds(id);
            var requests = members.Select(member => new ResourceRequest(LockModel.Keys[member.Key], member.Mode)).ToArray();
            var expected = _model.Acquire(id, step.Owner, members, wait: true);
            var task = Acquire(_owners[step.Owner], requests, limit, cancellation?.Token ?? default);
            switch (expected)
            {
                case LockModel.Answer.Upgrade or LockModel.Answer.Closed:
                    await Assert.ThrowsAsync<InvalidOperationException>(() => task.WaitAsync(Hang));
                    break;
                case LockModel.Answer.Deadlock:
                    Assert.True(task.IsCompleted);
                    await Assert.ThrowsAsync<ResourceDeadlockException>(() => task.WaitAsync(Hang));
                    break;
                case LockModel.Answer.Granted:
                    Assert.True(task.IsCompletedSuccessfully);
                    _guards.Add(id, (step.Owner, await task));
                    break;
                default:
                    Assert.False(task.IsCompleted);
                    _waits.Add(new Wait(id, step.Owner, task, cancellation, limit is null ? null : _time.GetUtcNow() + limit));
                    break;
            }
        }

        private async Task<ResourceGuard> Acquire(LockOwner owner, ResourceRequest[] requests, TimeSpan? limit, CancellationToken cancellationToken) =>
            requests.Length == 1
                ? await _table.AcquireAsync(owner, requests[0], limit, cancellationToken)
                : await _table.AcquireAllAsync(owner, requests, limit, cancellationToken);

        private void Release(int id)
        {
            _guards.Remove(id, out var held);
            Assert.True(held.Guard.IsHeld);
            held.Guard.Dispose();
            _released.Add(held.Guard);
            _model.Release(id);
        }

        private async Task GiveUpAsync(Wait wait)
        {
            if (wait.Cancellation is null)
                return;

            await wait.Cancellation.CancelAsync();
            var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Task.WaitAsync(Hang));
            Assert.Equal(wait.Cancellation.Token, thrown.CancellationToken);
            _waits.Remove(wait);
            _model.GiveUp(wait.Id);
        }

        private async Task PassAsync(TimeSpan span)
        {
            var until = _time.GetUtcNow() + span;
            while (_waits.Where(wait => wait.Due <= until && _model.IsWaitOpen(wait.Id)).MinBy(wait => wait.Due) is { } next)
            {
                _time.SetUtcNow(next.Due!.Value);
                await Assert.ThrowsAsync<TimeoutException>(() => next.Task.WaitAsync(Hang));
                _waits.Remove(next);
                _model.GiveUp(next.Id);
            }

            _time.SetUtcNow(until);
        }

        private async Task JoinAsync(int owner)
        {
            if (_model.IsIdle(owner))
            {
                _table.AddActivities(_owners[owner].Party, 1);
                _model.GoOn(owner);
                return;
            }

            _table.EndActivity(_owners[owner].Party)?.Invoke();
            foreach (var id in _model.GoIdle(owner))
                await EndsAsync<ResourceDeadlockException>(id);
        }

        private async Task EndAttemptAsync(int owner)
        {
            _table.ReleaseAll(_owners[owner]);
            var waits = _waits.Where(wait => wait.Owner == owner).Select(wait => wait.Id).ToList();
            _model.Close(owner);
            foreach (var id in waits)
                await EndsAsync<InvalidOperationException>(id);
            foreach (var (id, held) in _guards.Where(guard => guard.Value.Owner == owner).ToList())
            {
                _guards.Remove(id);
                _released.Add(held.Guard);
            }
        }

        // An attempt ends with all its activities.
        private static IEnumerable<int> Forks(int owner) => Enumerable.Range(0, Owners.Length).Where(other => Owners[other].Parent == owner);

        private async Task EndsAsync<TException>(int id)
            where TException : Exception
        {
            var wait = _waits.Single(wait => wait.Id == id);
            await Assert.ThrowsAsync<TException>(() => wait.Task.WaitAsync(Hang));
            _waits.Remove(wait);
        }

        private async Task CompareAsync()
        {
            foreach (var wait in _waits.ToList())
            {
                if (_model.IsWaitOpen(wait.Id))
                {
                    Assert.False(wait.Task.IsCompleted);
                    continue;
                }

                var guard = await wait.Task.WaitAsync(Hang);
                Assert.True(guard.IsHeld);
                _guards.Add(wait.Id, (wait.Owner, guard));
                _waits.Remove(wait);
            }

            Assert.All(_released, guard => Assert.False(guard.IsHeld));
            Assert.All(_guards.Values, held => Assert.True(held.Guard.IsHeld));
            Assert.Equal(_model.Holds.Select(Describe).Order(StringComparer.Ordinal), _table.Snapshot().Holds.Select(hold => $"{hold.Key} {hold.Mode} {hold.Holder}").Order(StringComparer.Ordinal));
            for (var owner = 0; owner < Anonymous; owner++)
            {
                var party = _owners[owner].Party;
                Assert.Equal(_model.Holds.Count(hold => hold.Owner != Anonymous && ReferenceEquals(_owners[hold.Owner].Party, party)), ResourceLockTable.HeldCount(_owners[owner]));
            }
        }

        public string Describe() => $"""
            The table: {_table.Snapshot().ToMermaid()}
            The model: {string.Join("; ", _model.Holds.Select(Describe))}; waiting: {string.Join(", ", _waits.Where(wait => _model.IsWaitOpen(wait.Id)).Select(wait => _owners[wait.Owner].Name))}
            Expected to have ended: {string.Join(", ", _waits.Where(wait => !_model.IsWaitOpen(wait.Id)).Select(wait => $"{_owners[wait.Owner].Name} ({wait.Task.Status})"))}
            """;

        private string Describe(LockModel.Hold hold) => $"{LockModel.Keys[hold.Key]} {hold.Mode} {_owners[hold.Owner].Name}";
    }
}
