namespace AgentOrchestration.Locking;

/// <summary>One hold of one resource. A guard names it together with its generation, so that a guard of an earlier use is recognised and ignored.</summary>
internal sealed class ResourceGrant(ResourceLockTable table)
{
    private CancellationTokenSource? _lost;

    public ResourceLockTable Table { get; } = table;

    // Written with the table's gate held.
    public ResourceEntry? Entry { get; set; }

    public LockOwner Owner { get; set; } = HostOwner.Instance;

    public ResourceMode Mode { get; set; }

    public long FencingToken { get; set; }

    public DateTimeOffset Since { get; set; }

    /// <summary>Grows when the hold ends.</summary>
    public long Generation { get; set; }

    public ResourceGrant? Previous { get; set; }

    public ResourceGrant? Next { get; set; }

    /// <summary>The source behind <see cref="ResourceGuard.Lost"/>, made when it is first asked for. Call with the table's gate held.</summary>
    public CancellationTokenSource GetLostLocked() => _lost ??= new CancellationTokenSource();

    /// <summary>Ends this use; whatever is returned is to be signalled outside the gate if the hold was taken away. Call with the table's gate held.</summary>
    public CancellationTokenSource? EndLocked()
    {
        var lost = _lost;
        _lost = null;
        Generation++;
        Entry = null;
        Owner = HostOwner.Instance;
        return lost;
    }
}
