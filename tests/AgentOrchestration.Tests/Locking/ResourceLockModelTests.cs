using AgentOrchestration.Locking;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Locking;

/// <summary>Generated histories of acquire, release, cancel and time-out, compared step by step with <see cref="LockModel"/>.</summary>
public sealed class ResourceLockModelTests
{
    private const int Owners = 5;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);

    private enum Kind
    {
        Acquire,
        AcquireAgain,
        AcquireMore,
        Try,
        Release,
        ReleaseAgain,
        GiveUp,
        TimeOut,
    }

    private static Gen<Step> Steps { get; } =
        from kind in Gen.Enum<Kind>()
        from owner in Gen.Int[0, Owners - 1]
        from keys in Gen.Frequency((3, Gen.Int[0, 4].Array[1]), (1, Gen.Int[0, 4].Array[2, 3]))
        from mode in Gen.Frequency((2, Gen.Const(ResourceMode.Exclusive)), (1, Gen.Const(ResourceMode.Shared)))
        from index in Gen.Int[0, 1000]
        select new Step(kind, owner, [.. keys.Distinct()], mode, index);

    [Fact]
    public async Task INV01_INV04_INV05_INV07_INV12_EveryHistory_GoesAsTheModelSays() =>
        await Steps.Array[1, 40].SampleAsync(
            async steps =>
            {
                using var run = new Run();
                foreach (var step in steps)
                    await run.PlayAsync(step);
                await run.FinishAsync();
            },
            iter: 1000,
            threads: 1);

    private sealed record Step(Kind Kind, int Owner, int[] Keys, ResourceMode Mode, int Index)
    {
        public override string ToString() => $"{Kind} owner {Owner} keys [{string.Join(',', Keys)}] {Mode} #{Index}";
    }

    private sealed record Wait(int Id, int Owner, Task<ResourceGuard> Task, CancellationTokenSource Cancellation, bool TimesOut);

    private sealed class Run : IDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly ResourceLockTable _table;
        private readonly LockModel _model = new();
        private readonly List<Wait> _waits = [];
        private readonly Dictionary<int, ResourceGuard> _guards = [];
        private readonly List<ResourceGuard> _released = [];
        private readonly TestOwner[] _owners = [.. Enumerable.Range(0, Owners).Select(i => new TestOwner($"owner {i}") { Urgency = (AgentPriority)((i % 4) + 1) })];
        private int _lastId;

        public Run() => _table = new ResourceLockTable(_time);

        public async Task PlayAsync(Step step)
        {
            switch (step.Kind)
            {
                case Kind.Try when !_model.IsWaiting(step.Owner):
                    Try(step);
                    break;
                case Kind.Acquire or Kind.AcquireAgain or Kind.AcquireMore when !_model.IsWaiting(step.Owner):
                    await AcquireAsync(step);
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
                case Kind.TimeOut when _waits.Find(wait => wait.TimesOut) is { } wait:
                    await TimeOutAsync(wait);
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
            Assert.All(_owners, owner => Assert.Equal(0, ResourceLockTable.HeldCount(owner)));
        }

        public void Dispose() => _waits.ForEach(wait => wait.Cancellation.Dispose());

        private void Try(Step step)
        {
            var request = new ResourceRequest(LockModel.Keys[step.Keys[0]], step.Mode);
            var id = ++_lastId;
            var expected = _model.Acquire(id, step.Owner, _owners[step.Owner].Priority, [new LockModel.Member(step.Keys[0], step.Mode)], wait: false);
            if (expected == LockModel.Answer.Upgrade)
            {
                Assert.Throws<InvalidOperationException>(() => _table.TryAcquire(_owners[step.Owner], request, out _, out _));
                return;
            }

            var granted = _table.TryAcquire(_owners[step.Owner], request, out var guard, out var conflict);
            Assert.Equal(expected == LockModel.Answer.Granted, granted);
            Assert.Equal(granted, conflict.Holder is null);
            if (granted)
                _guards.Add(id, guard);
        }

        private async Task AcquireAsync(Step step)
        {
            var id = ++_lastId;
            var cancellation = new CancellationTokenSource();
            TimeSpan? timeout = step.Index % 3 == 0 ? TimeSpan.FromDays(1) : null;
            var requests = step.Keys.Select(key => new ResourceRequest(LockModel.Keys[key], step.Mode)).ToArray();
            var expected = _model.Acquire(
                id, step.Owner, _owners[step.Owner].Priority, [.. step.Keys.Select(key => new LockModel.Member(key, step.Mode))], wait: true);
            var task = Acquire(_owners[step.Owner], requests, timeout, cancellation.Token);
            switch (expected)
            {
                case LockModel.Answer.Upgrade:
                    await Assert.ThrowsAsync<InvalidOperationException>(() => task.WaitAsync(Hang));
                    break;
                case LockModel.Answer.Deadlock:
                    await Assert.ThrowsAsync<ResourceDeadlockException>(() => task.WaitAsync(Hang));
                    break;
                case LockModel.Answer.Granted:
                    Assert.True(task.IsCompletedSuccessfully);
                    _guards.Add(id, await task);
                    break;
                default:
                    Assert.False(task.IsCompleted);
                    _waits.Add(new Wait(id, step.Owner, task, cancellation, timeout is not null));
                    break;
            }
        }

        private async Task<ResourceGuard> Acquire(LockOwner owner, ResourceRequest[] requests, TimeSpan? timeout, CancellationToken cancellationToken) =>
            requests.Length == 1
                ? await _table.AcquireAsync(owner, requests[0], timeout, cancellationToken)
                : await _table.AcquireAllAsync(owner, requests, timeout, cancellationToken);

        private void Release(int id)
        {
            _guards.Remove(id, out var guard);
            Assert.True(guard.IsHeld);
            guard.Dispose();
            _released.Add(guard);
            _model.Release(id);
        }

        private async Task GiveUpAsync(Wait wait)
        {
            await wait.Cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait.Task.WaitAsync(Hang));
            _waits.Remove(wait);
            _model.GiveUp(wait.Id);
        }

        // All that have a timeout run out of time, the oldest first.
        private async Task TimeOutAsync(Wait first)
        {
            var late = _waits.Where(wait => wait.TimesOut).ToList();
            Assert.Equal(first, late[0]);
            if (late.Count > 1)
                return;

            _time.Advance(TimeSpan.FromDays(2));
            await Assert.ThrowsAsync<TimeoutException>(() => first.Task.WaitAsync(Hang));
            _waits.Remove(first);
            _model.GiveUp(first.Id);
        }

        private async Task CompareAsync()
        {
            foreach (var wait in _waits.ToList())
            {
                if (_model.IsWaiting(wait.Owner))
                {
                    Assert.False(wait.Task.IsCompleted);
                    continue;
                }

                var guard = await wait.Task.WaitAsync(Hang);
                Assert.True(guard.IsHeld);
                _guards.Add(wait.Id, guard);
                _waits.Remove(wait);
            }

            Assert.All(_released, guard => Assert.False(guard.IsHeld));
            Assert.All(_guards.Values, guard => Assert.True(guard.IsHeld));
            for (var owner = 0; owner < Owners; owner++)
                Assert.Equal(_model.Holds.Count(hold => hold.Owner == owner), ResourceLockTable.HeldCount(_owners[owner]));
        }
    }
}
