namespace AgentOrchestration.Locking;

/// <summary>
/// One hold of one resource, reused after it has ended. A guard names it together with its generation, so that a guard of an earlier use is recognised and ignored.
/// Written with the stripe's gate held only.
/// </summary>
internal sealed class ResourceGrant(ResourceLockTable table, LockStripe stripe)
{
    private const long ModeBit = 1;
    private const long Step = ModeBit << 1;

    private CancellationTokenSource? _lost;
    private long _generation = 2;
    private LockOwner? _owner;

    public ResourceLockTable Table { get; } = table;

    public LockStripe Stripe { get; } = stripe;

    public ResourceEntry Entry { get; set; } = null!;

    public LockOwner Owner => _owner ?? HostOwner.Anonymous;

    public ResourceMode Mode => ModeOf(_generation);

    public long FencingToken { get; private set; }

    /// <summary>When it was granted, on the coarse clock.</summary>
    public long Since { get; private set; }

    public bool IsActive => _owner is not null;

    /// <summary>Grows when the hold ends. Its lowest bit is the mode, so that a guard needs no field for that.</summary>
    public long Generation => Volatile.Read(ref _generation);

    public ResourceGrant? Previous { get; set; }

    public ResourceGrant? Next { get; set; }

    /// <summary>The next member of a set that is released as one.</summary>
    public ResourceGrant? NextOfSet { get; set; }

    public long NextOfSetGeneration { get; set; }

    /// <summary>Its lease, once that runs; null if it has none.</summary>
    public ResourceLease? Lease
    {
        get => _lost as ResourceLease;
        set => _lost = value;
    }

    public static ResourceMode ModeOf(long generation) => (ResourceMode)(generation & ModeBit);

    /// <summary>
    /// Gives the hold to somebody else, or back. Away from its owner it has a generation that no guard has, so the owner's guards hold nothing; back, it has the old one again.
    /// </summary>
    public void MoveTo(LockOwner owner, bool isReturned)
    {
        _owner = owner;
        Volatile.Write(ref _generation, _generation + (isReturned ? -Step : Step));
    }

    public CancellationTokenSource GetLost() => _lost ??= new CancellationTokenSource();

    /// <summary>Begins a use.</summary>
    public void Begin(LockOwner owner, ResourceMode mode, long fencingToken, long since)
    {
        _generation |= (long)mode;
        FencingToken = fencingToken;
        Since = since;

        // Last, for those who look without the gate: whoever sees it sees all of the above, and the entry's key.
        Volatile.Write(ref _owner, owner);
    }

    /// <summary>What it is at this moment, if it is held exclusively, seen without the stripe's gate; null if it is not, or has changed meanwhile.</summary>
    /// <remarks>
    /// All that is returned is of one hold. The owner is written last when a hold begins, so what is read after the owner is of that hold or a later one. When a hold ends, the
    /// owner is taken away first and the generation grows then, both before anything of a later hold is written. So had anything been read of a later hold, the second look
    /// would have found the larger generation; and if the first look had too, it would not have found the owner. Only the end of a loan sets the generation back: then the later
    /// hold has another owner, or one that was written after its own fencing number.
    /// </remarks>
    public LockOwner? PeekExclusive(out long since, out ResourceKeyData? key)
    {
        var fencingToken = FencingToken;
        var generation = Volatile.Read(ref _generation);
        var owner = Volatile.Read(ref _owner);
        since = Since;
        key = Entry.KeyReference.Data;
        Volatile.ReadBarrier();
        var isSame = ReferenceEquals(Volatile.Read(ref _owner), owner) && Volatile.Read(ref _generation) == generation && FencingToken == fencingToken;
        return isSame && ModeOf(generation) == ResourceMode.Exclusive ? owner : null;
    }

    /// <summary>Ends this use; whatever is returned is to be signalled outside the gates if the hold was taken away.</summary>
    public CancellationTokenSource? End()
    {
        var lost = _lost;
        _lost = null;
        NextOfSet = null;

        // It may wait for reuse for long, and an owner refers to its agent and all that the agent's code refers to. Null needs no notice to the collector.
        Volatile.Write(ref _owner, null);
        Volatile.Write(ref _generation, (_generation & ~ModeBit) + Step);
        return lost;
    }
}
