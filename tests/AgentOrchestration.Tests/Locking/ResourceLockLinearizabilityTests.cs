using AgentOrchestration.Locking;
using CsCheck;

namespace AgentOrchestration.Tests.Locking;

/// <summary>
/// What never waits, from several threads at once: every outcome must be one that some order of the same calls gives, one after the other. Whether those orders go as the
/// rules say is for <see cref="ResourceLockModelTests"/>.
/// </summary>
[Trait("Category", "Stress")]
public sealed class ResourceLockLinearizabilityTests
{
    private const int Slots = 5;

    private static readonly ResourceKey[] Keys =
        [ResourceKey.Named("a"), ResourceKey.File("/linear/d/x"), ResourceKey.File("/linear/d/y"), ResourceKey.Directory("/linear/d"), ResourceKey.UiElement("#save", "form"), ResourceKey.UiSurface("form")];

    private static Gen<int> Slot { get; } = Gen.Int[0, Slots - 1];

    private static Gen<ResourceRequest> Request { get; } = Gen.Select(Gen.Int[0, Keys.Length - 1], Gen.Bool, (key, shared) => new ResourceRequest(Keys[key], shared ? ResourceMode.Shared : ResourceMode.Exclusive));

    [Fact]
    public void INV01_INV06_TryAcquireAndRelease_AreLinearizable()
    {
        var take = Gen.Select(Slot, Request).Operation<State>(step => $"{step.Item1} takes {step.Item2.Key} {step.Item2.Mode}", (state, step) => state.Take(step.Item1, step.Item2));
        var drop = Slot.Operation<State>(slot => $"{slot} drops", (state, slot) => state.Drop(slot));
        var dropOld = Slot.Operation<State>(slot => $"{slot} drops an old guard", (state, slot) => state.DropOld(slot));

        Check.SampleParallel(Gen.Const(0).Select(_ => new State()), take, drop, dropOld, equal: static (one, other) => one.Describe() == other.Describe(), iter: 300);
    }

    // Calls for one slot follow each other; what each of them came to is part of the state. Two owners, the host twice, and a fork of the first owner.
    private sealed class State
    {
        private readonly ResourceLockTable _table = new(TimeProvider.System);
        private readonly LockOwner[] _owners;
        private readonly Stack<ResourceGuard>[] _guards = [.. Enumerable.Range(0, Slots).Select(static _ => new Stack<ResourceGuard>())];
        private readonly Stack<ResourceGuard>[] _old = [.. Enumerable.Range(0, Slots).Select(static _ => new Stack<ResourceGuard>())];
        private readonly List<string>[] _outcomes = [.. Enumerable.Range(0, Slots).Select(static _ => new List<string>())];

        public State()
        {
            var first = HostOwner.Create("first");
            _owners = [first, HostOwner.Create("second"), HostOwner.Anonymous, HostOwner.Anonymous, new TestOwner("fork", first)];
        }

        public void Take(int slot, ResourceRequest request) => Play(slot, () =>
        {
            var granted = _table.TryAcquire(_owners[slot], request, out var guard, out _);
            if (granted)
                _guards[slot].Push(guard);
            return granted ? "granted" : "refused";
        });

        public void Drop(int slot) => Play(slot, () =>
        {
            if (!_guards[slot].TryPop(out var guard))
                return "none";

            guard.Dispose();
            _old[slot].Push(guard);
            return guard.IsHeld ? "still held" : "released";
        });

        public void DropOld(int slot) => Play(slot, () =>
        {
            foreach (var guard in _old[slot])
                guard.Dispose();
            return "nothing";
        });

        public string Describe() => string.Join('|', Enumerable.Range(0, Slots).Select(slot =>
            $"{string.Join(',', _outcomes[slot])}: {string.Join(',', _guards[slot].Select(guard => guard.IsHeld ? $"{guard.Key} {guard.Mode}" : "free"))}"))
            + $" {_table.Count}";

        private void Play(int slot, Func<string> call)
        {
            lock (_guards[slot])
            {
                string outcome;
                try
                {
                    outcome = call();
                }
                catch (InvalidOperationException)
                {
                    outcome = "refused, as an upgrade";
                }

                _outcomes[slot].Add(outcome);
            }
        }
    }
}
