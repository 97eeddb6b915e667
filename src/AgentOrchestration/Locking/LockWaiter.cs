using System.Diagnostics;

namespace AgentOrchestration.Locking;

/// <summary>One wait for one resource. Its outcome is decided once, with the table's gate held, and made known outside it.</summary>
internal sealed class LockWaiter(ResourceEntry entry, LockOwner owner, ResourceMode mode, bool reenters, DateTimeOffset since)
{
    // Continuations run elsewhere, so that whoever releases is not made to do the work of whoever waited.
    private readonly TaskCompletionSource<ResourceGuard> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Outcome _outcome;
    private Exception? _refusal;
    private CancellationToken _cancelledBy;

    private enum Outcome
    {
        None,
        Granted,
        Cancelled,
        Refused,
    }

    public ResourceEntry Entry { get; } = entry;

    public LockOwner Owner { get; } = owner;

    public ResourceMode Mode { get; } = mode;

    /// <summary>The owner, or one that it was forked from, held the resource when the wait began.</summary>
    public bool Reenters { get; } = reenters;

    public DateTimeOffset Since { get; } = since;

    /// <summary>What was granted; holds nothing otherwise. Whoever gives the wait up disposes it, for it may have been granted meanwhile.</summary>
    public ResourceGuard Guard { get; private set; }

    public LockWaiter? Previous { get; set; }

    public LockWaiter? Next { get; set; }

    public Task<ResourceGuard> Task => _source.Task;

    public bool IsOpen => _outcome == Outcome.None;

    public void GrantLocked(ResourceGuard guard)
    {
        Debug.Assert(IsOpen, "A wait has one outcome.");
        Guard = guard;
        _outcome = Outcome.Granted;
    }

    public void CancelLocked(CancellationToken token)
    {
        Debug.Assert(IsOpen, "A wait has one outcome.");
        _cancelledBy = token;
        _outcome = Outcome.Cancelled;
    }

    public void RefuseLocked(Exception refusal)
    {
        Debug.Assert(IsOpen, "A wait has one outcome.");
        _refusal = refusal;
        _outcome = Outcome.Refused;
    }

    /// <summary>Makes the outcome known. Call once, outside the gate.</summary>
    public void Complete()
    {
        switch (_outcome)
        {
            case Outcome.Granted:
                _source.SetResult(Guard);
                break;
            case Outcome.Cancelled:
                _source.SetCanceled(_cancelledBy);
                break;
            case Outcome.Refused:
                _source.SetException(_refusal!);
                // Whoever waited may have left already, by its own cancellation.
                _ = _source.Task.Exception;
                break;
            default:
                throw new UnreachableException();
        }
    }
}
