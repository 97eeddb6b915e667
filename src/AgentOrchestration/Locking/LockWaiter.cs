using System.Diagnostics;
using System.Threading.Tasks.Sources;

namespace AgentOrchestration.Locking;

/// <summary>One wait for one resource or a set. Its outcome is decided once, with the wait gate held, and made known outside it.</summary>
/// <remarks>Waits that nothing but a grant can end are reused, so that waiting for a busy resource costs no memory.</remarks>
internal sealed class LockWaiter : GraphWait, IValueTaskSource<ResourceGuard>
{
    private const int MaxFree = 128;

    /// <summary>How many later waits, for each level of priority, may go ahead of one.</summary>
    private const int OvertakingPerLevel = 1024;

    [ThreadStatic]
    private static LockWaiter? _free;

    [ThreadStatic]
    private static int _freeCount;

    private readonly WaitNode[] _single;
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private ResourceLockTable _table = null!;
    private LockOwner _owner = HostOwner.Anonymous;
    private LockWaiter? _nextFree;
    private bool _isReusable;
    private Outcome _outcome;
    private Exception? _refusal;
    private ResourceRequest[]? _requests;

    private LockWaiter() => _single = [new WaitNode(this)];

    private enum Outcome
    {
        None,
        Granted,
        Refused,
    }

    public LockOwner Owner => _owner;

    public override WaitParty Party => _owner.Party;

    public override WaitParty Subject => _owner;

    /// <summary>Its place among all waits: the ticket, lowered for urgency. A sum rather than a rank, so that overtaking has a bound.</summary>
    public long Order { get; private set; }

    public WaitNode[] Nodes { get; private set; } = [];

    public long Since { get; private set; }

    /// <summary>What it is for; of a set the first.</summary>
    public ResourceRequest First { get; set; }

    /// <summary>Whether it could not be granted at once.</summary>
    public bool HasWaited { get; set; }

    /// <summary>When it began, in UTC ticks; 0 if the observer does not want to know. It is the observer's, as the next is.</summary>
    public long BeganAt { get; set; }

    /// <summary>How long it took.</summary>
    public TimeSpan Waited { get; set; }

    /// <summary>Why it was not granted; null if it was, or is open.</summary>
    public Exception? Refusal => _refusal;

    /// <summary>The lease of what it is for; 0 for none.</summary>
    public uint LeaseMilliseconds { get; set; }

    /// <summary>What was granted; holds nothing otherwise. Whoever gives the wait up disposes it, for it may have been granted meanwhile.</summary>
    public ResourceGuard Guard { get; private set; }

    public bool IsOpen => _outcome == Outcome.None;

    /// <summary>What was last found to block it; here so that finding it costs no memory.</summary>
    public ResourceConflict Blocker { get; set; }

    public LockWaiter? PreviousOpen { get; set; }

    public LockWaiter? NextOpen { get; set; }

    /// <summary>The outcome, to be awaited once.</summary>
    public ValueTask<ResourceGuard> Task => new(this, _source.Version);

    public static LockWaiter Rent(ResourceLockTable table, LockOwner owner, int nodes, long ticket, long since)
    {
        var waiter = _free;
        if (waiter is null)
        {
            waiter = new LockWaiter();
        }
        else
        {
            _free = waiter._nextFree;
            _freeCount--;
            waiter._nextFree = null;
        }

        waiter._table = table;
        waiter._owner = owner;
        waiter._outcome = Outcome.None;
        waiter.HasWaited = false;
        waiter.Ticket = ticket;
        waiter.Order = ticket - ((long)owner.Priority * OvertakingPerLevel);
        waiter.Since = since;
        waiter.Nodes = waiter._single;
        if (nodes != 1)
        {
            waiter.Nodes = new WaitNode[nodes];
            for (var i = 0; i < nodes; i++)
                waiter.Nodes[i] = new WaitNode(waiter);
        }

        return waiter;
    }

    /// <summary>The outcome, to be awaited once, after which the wait is reused. Only if nothing else refers to it.</summary>
    public ValueTask<ResourceGuard> AsReusable()
    {
        _isReusable = true;
        return Task;
    }

    public void GrantLocked(ResourceGuard guard)
    {
        Debug.Assert(IsOpen, "A wait has one outcome.");
        Guard = guard;
        _outcome = Outcome.Granted;
    }

    public void EndLocked(Exception refusal)
    {
        Debug.Assert(IsOpen, "A wait has one outcome.");
        _refusal = refusal;
        _outcome = Outcome.Refused;
    }

    public override Action RefuseLocked(ResourceDeadlockException refusal) => _table.RefuseLocked(this, refusal);

    public override void CollectBlockersLocked(List<WaitBlocker> blockers) => _table.CollectBlockersLocked(this, blockers);

    /// <summary>What it is for, all of it. While it stands in its queues, or when it has just been granted.</summary>
    public IReadOnlyList<ResourceRequest> RequestsLocked() => _requests ??= Array.ConvertAll(Nodes, static node => new ResourceRequest(node.Entry.Key, node.Mode));

    public ResourceConflict DescribeBlockerLocked() => _table.DescribeBlockerLocked(this);

    /// <summary>Makes the outcome known. Call once, outside the gates; it may be reused at once.</summary>
    public void Complete()
    {
        _owner.OnWaitOver();
        _table.Observer?.WaitOver(this);
        if (_outcome == Outcome.Granted)
            _source.SetResult(true);
        else
            _source.SetException(_refusal!);
    }

    /// <summary>Gives it back, if nobody was told of it.</summary>
    public void Return()
    {
        _source.Reset();
        _owner = HostOwner.Anonymous;
        _refusal = null;
        _requests = null;
        First = default;
        _isReusable = false;
        Guard = default;
        Blocker = default;
        Nodes = _single;

        // It may wait for reuse as long as its thread lives: it must keep no table alive.
        _table = null!;
        _single[0].Entry = null!;
        if (_freeCount >= MaxFree)
            return;

        _nextFree = _free;
        _free = this;
        _freeCount++;
    }

    ResourceGuard IValueTaskSource<ResourceGuard>.GetResult(short token)
    {
        try
        {
            _source.GetResult(token);
            return Guard;
        }
        finally
        {
            if (_isReusable && token == _source.Version)
                Return();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<ResourceGuard>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<ResourceGuard>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
