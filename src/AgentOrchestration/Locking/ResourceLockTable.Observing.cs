using System.Runtime.InteropServices;

namespace AgentOrchestration.Locking;

/// <content>What others see of the locks while they work.</content>
internal sealed partial class ResourceLockTable
{
    private readonly ILockObserver? _observer;

    // A field of the table's own, since the short way past the wait gate asks it each time.
    private readonly bool _observesHolds;

    // Waits begun, by kind and mode of what each asked for first. Counted here and read on demand, because a wait may begin where no listener may be called.
    private readonly Dictionary<(string Kind, ResourceMode Mode), long> _waitsBegun = [];

    internal ILockObserver? Observer => _observer;

    /// <summary>How many resources are held, by kind and mode. Stripe by stripe, so not of one moment.</summary>
    public IReadOnlyDictionary<(string Kind, ResourceMode Mode), long> CountHolds()
    {
        var counts = new Dictionary<(string Kind, ResourceMode Mode), long>();
        foreach (var stripe in _stripes)
        {
            stripe.Enter();
            foreach (var entry in stripe.Entries())
            {
                if (entry.FirstHolder is { } holder)
                    CollectionsMarshal.GetValueRefOrAddDefault(counts, (entry.Key.Kind, holder.Mode), out _)++;
            }

            stripe.Exit();
        }

        return counts;
    }

    /// <summary>How many waits there are, by kind and mode of what each asked for first.</summary>
    public IReadOnlyDictionary<(string Kind, ResourceMode Mode), long> CountWaits()
    {
        var counts = new Dictionary<(string Kind, ResourceMode Mode), long>();
        lock (_waitGate)
        {
            for (var waiter = _firstOpen; waiter is not null; waiter = waiter.NextOpen)
                CollectionsMarshal.GetValueRefOrAddDefault(counts, (waiter.First.Key.Kind, waiter.First.Mode), out _)++;
        }

        return counts;
    }

    /// <summary>How many waits have begun so far, counted in the same way.</summary>
    public IReadOnlyDictionary<(string Kind, ResourceMode Mode), long> CountWaitsBegun()
    {
        lock (_waitGate)
            return new Dictionary<(string Kind, ResourceMode Mode), long>(_waitsBegun);
    }

    private bool IsTraced(LockOwner owner) => _observer is { TracesWaits: true } && owner.MayBeTraced;

    private void ObserveWaitLocked(LockWaiter waiter)
    {
        if (_observer is null)
            return;

        CollectionsMarshal.GetValueRefOrAddDefault(_waitsBegun, (waiter.First.Key.Kind, waiter.First.Mode), out _)++;
        _observer.WaitBeganLocked(waiter);
    }

    private void ObserveAtOnceLocked(LockWaiter waiter)
    {
        if (_observesHolds)
            _observer!.OutcomeLocked(waiter);
    }

    private ResourceDeadlockException RefusalLocked(WaitParty who, IReadOnlyList<DeadlockLink> cycle)
    {
        _observer?.DeadlockRefusedLocked(who, cycle);
        return new ResourceDeadlockException(cycle);
    }
}
