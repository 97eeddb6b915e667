using AgentOrchestration.Locking;
using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.Specifications;

namespace AgentOrchestration.Schedules;

/// <summary>One lock table in one schedule, and what must be true of it on the way and at the end.</summary>
internal sealed class LockWorld
{
    private readonly List<Use> _uses = [];

    public LockWorld()
    {
        ControlledGate.Reset();
        Table = new ResourceLockTable(Clock);
    }

    /// <summary>How an attempt to use something ended.</summary>
    internal enum Outcome
    {
        Used,
        Cancelled,
        TimedOut,
        Refused,
        Closed,
    }

    public ManualClock Clock { get; } = new();

    public ResourceLockTable Table { get; }

    /// <summary>Takes what must be free.</summary>
    public ResourceGuard Take(LockOwner owner, ResourceRequest request)
    {
        Specification.Assert(Table.TryAcquire(owner, request, out var guard, out var conflict), $"'{owner.Name}' cannot have {request.Key} because of '{conflict.Holder}'");
        return guard;
    }

    /// <summary>Takes them, uses them and releases them. What comes before the first wait is done when the call returns.</summary>
    public async Task<Outcome> UseAsync(LockOwner owner, ResourceRequest[] requests, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        try
        {
            var guard = requests.Length == 1
                ? await Table.AcquireAsync(owner, requests[0], timeout, cancellationToken)
                : await Table.AcquireAllAsync(owner, requests, timeout, cancellationToken);
            Specification.Assert(guard.FencingToken > 0, "A guard without a number");
            UseAndRelease(owner, guard, requests);
            return Outcome.Used;
        }
        catch (OperationCanceledException)
        {
            return Outcome.Cancelled;
        }
        catch (TimeoutException)
        {
            return Outcome.TimedOut;
        }
        catch (ResourceDeadlockException)
        {
            return Outcome.Refused;
        }
        catch (InvalidOperationException)
        {
            return Outcome.Closed;
        }
    }

    /// <summary>INV-01, INV-06: nobody else has, at the same time, what does not go together with it, and nobody else ends it.</summary>
    public void UseAndRelease(LockOwner owner, ResourceGuard guard, params ResourceRequest[] requests)
    {
        var use = new Use(owner, requests);
        foreach (var other in _uses)
        {
            Specification.Assert(IsOf(owner, other.Owner) || !use.ConflictsWith(other), $"'{owner.Name}' and '{other.Owner.Name}' both have {other.Requests[0].Key}");
        }

        _uses.Add(use);
        SchedulingPoint.Interleave();
        Specification.Assert(guard.IsHeld, $"'{owner.Name}' has lost {requests[0].Key} while it used it");
        _uses.Remove(use);
        guard.Dispose();
    }

    /// <summary>Nothing is left: INV-08, no timer, and no guard of these owners.</summary>
    public void End(params LockOwner[] owners)
    {
        Specification.Assert(Table.Count == 0, $"{Table.Count} resources are left in the table");
        Specification.Assert(Clock.Due.Count == 0, "A timer is left");
        foreach (var owner in owners)
        {
            Specification.Assert(ResourceLockTable.HeldCount(owner) == 0, $"'{owner.Name}' still holds something");
        }
    }

    // Not as the table finds it out.
    private static bool IsOf(LockOwner owner, LockOwner holder) =>
        !owner.IsAnonymous && (ReferenceEquals(owner, holder) || (owner.Parent is { } parent && IsOf(parent, holder)));

    private sealed record Use(LockOwner Owner, ResourceRequest[] Requests)
    {
        public bool ConflictsWith(Use other) => Array.Exists(Requests, mine => Array.Exists(other.Requests, theirs =>
            (mine.Mode == ResourceMode.Exclusive || theirs.Mode == ResourceMode.Exclusive) && (mine.Key.Equals(theirs.Key) || mine.Key.Covers(theirs.Key) || theirs.Key.Covers(mine.Key))));
    }
}
