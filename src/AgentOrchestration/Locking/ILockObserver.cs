using System.Diagnostics;

namespace AgentOrchestration.Locking;

/// <summary>Is told what happens to locks; the table knows nothing of who listens.</summary>
/// <remarks>
/// Members that end in <c>Locked</c> are called with the wait gate held, in the order in which things happen: they may record, and must call nothing foreign. The others are
/// called without any gate. A wait may begin with the scheduler's gate held, so where it begins only <see cref="StartSpan"/> is called, and not for such.
/// </remarks>
internal interface ILockObserver
{
    /// <summary>Whether holds that began at once are of interest, and the ends of holds. Never changes: where it is true, nothing takes the short way past the wait gate.</summary>
    bool ObservesHolds { get; }

    /// <summary>Whether waits are traced at present.</summary>
    bool TracesWaits { get; }

    void WaitBeganLocked(LockWaiter waiter);

    /// <summary>A wait is over, granted or given up; or, where holds are observed, something was granted at once.</summary>
    void OutcomeLocked(LockWaiter waiter);

    void HoldEndedLocked(EndedHold hold);

    /// <summary>A wait for a lock, a child or a group is refused, because it would never end.</summary>
    void DeadlockRefusedLocked(WaitParty who, IReadOnlyList<DeadlockLink> cycle);

    /// <summary>The outcome of a wait is about to be made known.</summary>
    void WaitOver(LockWaiter waiter);

    void HoldEnded(EndedHold hold);

    /// <summary>A span for the wait, until the caller goes on; null if nobody wants it.</summary>
    Activity? StartSpan(in ResourceRequest first);

    void EndSpan(Activity span, Exception? failure);
}
