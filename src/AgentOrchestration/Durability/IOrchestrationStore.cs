namespace AgentOrchestration;

/// <summary>Where an orchestrator keeps what must survive its process: streams of records, each appended by the one orchestrator that has it. Thread-safe.</summary>
/// <remarks>
/// <para>A stream is what is resumed, listed and deleted as a whole: a run with its agents, or an agent that the host spawned with its children. It begins with its first record and ends with one
/// that says so. Its records are read in the order in which they were appended.</para>
/// <para>Who appends has a lease. Every lease has a fencing token greater than all before it in this store. A stream belongs to the lease whose holder began or adopted it; another one can adopt it
/// only when that lease has ended or expired, and from then on an append by the former holder is refused, however late it comes. Several processes may use one store.</para>
/// <para>What an implementation cannot read, because it was damaged, it reports as such and never leaves out silently.</para>
/// </remarks>
public interface IOrchestrationStore : IAsyncDisposable
{
    /// <summary>What agents share, where this store keeps it too; null: it keeps none, and knowledge is in memory and ends with the orchestrator. It ends with the store.</summary>
    IKnowledgeBase? Knowledge => null;

    /// <summary>Whether orchestrators on this store can exclude each other from resources, by <see cref="TryHoldAsync"/>; where not, those members throw <see cref="NotSupportedException"/>.</summary>
    bool SharesLocks => false;

    /// <summary>Takes a resource against the holders of other leases, unless one of them has it in a conflicting way (<see cref="ResourceRequest.ConflictsWith"/>). Holds of one lease never conflict.
    /// A hold ends with its lease; where one is in the way whose lease has expired, that lease is ended for good.</summary>
    /// <param name="lease">The caller's lease.</param>
    /// <param name="request">The resource and the mode.</param>
    /// <param name="cancellationToken">Gives up before it is taken.</param>
    /// <returns>The new hold, of this lease; or the one that is in the way, of another one.</returns>
    /// <exception cref="StoreLeaseLostException">The lease is lost.</exception>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    ValueTask<StoreHold> TryHoldAsync(StoreLease lease, ResourceRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException("This store shares no locks.");

    /// <summary>Ends a hold. One that has ended is left alone.</summary>
    /// <param name="hold">What <see cref="TryHoldAsync"/> returned.</param>
    /// <param name="cancellationToken">Gives up before it is ended.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    ValueTask EndHoldAsync(StoreHold hold, CancellationToken cancellationToken = default) => throw new NotSupportedException("This store shares no locks.");

    /// <summary>Takes a new lease.</summary>
    /// <param name="holder">Who takes it, for people; not blank.</param>
    /// <param name="duration">How long it lasts unless it is renewed, from 1 ms.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store cannot be used; the message says why and what to do.</exception>
    ValueTask<StoreLease> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken = default);

    /// <summary>Lets a lease last for its duration from now. One that has expired can still be renewed while nobody has adopted any of its streams.</summary>
    /// <returns>False: it is lost for good; what belonged to it may be somebody else's.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    ValueTask<bool> RenewLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease, so that its streams can be adopted at once. One that is lost or was ended is left alone.</summary>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    ValueTask EndLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default);

    /// <summary>Appends records to their streams, all or none, in this order. They are durable when this completes: they survive the end of the process and of the machine.</summary>
    /// <param name="lease">The caller's lease. Streams that do not exist yet begin and belong to it.</param>
    /// <param name="records">The records, of any streams.</param>
    /// <param name="cancellationToken">Gives up before the records are handed over; after that they are appended or the call throws otherwise.</param>
    /// <exception cref="StoreLeaseLostException">The lease is lost, or one of the streams belongs to another one, was deleted, or begins with an idempotency key that another stream has. Nothing was
    /// appended.</exception>
    /// <exception cref="StoreException">The store cannot be used, such as for want of room. Nothing was appended.</exception>
    ValueTask AppendAsync(StoreLease lease, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken = default);

    /// <summary>Makes those streams the lease's own that have not ended and that belong to no lease that lasts. Those that are its own already are not among them.</summary>
    /// <returns>The streams that were adopted, in the order of their beginning.</returns>
    /// <exception cref="StoreLeaseLostException">The lease is lost.</exception>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    ValueTask<IReadOnlyList<StoredStream>> AdoptAsync(StoreLease lease, CancellationToken cancellationToken = default);

    /// <summary>Reads the records of these streams: one stream after the other, each in its order. One that does not exist has none.</summary>
    /// <param name="streams">Their ids.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    IAsyncEnumerable<StoredRecord> ReadAsync(IReadOnlyList<string> streams, CancellationToken cancellationToken = default);

    /// <summary>What is known of every stream, or of one, in the order of their beginning.</summary>
    /// <param name="stream">The id of the one stream that is wanted; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    IAsyncEnumerable<StoredStream> ListAsync(string? stream = null, CancellationToken cancellationToken = default);

    /// <summary>The id of the stream that began with this <see cref="StoreRecord.IdempotencyKey"/>; null if there is none.</summary>
    /// <param name="idempotencyKey">The name that the host gave it; not empty.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    ValueTask<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken = default);

    /// <summary>Deletes a stream with its records. One that has not ended and belongs to a lease that lasts is left alone.</summary>
    /// <returns>Whether it was deleted.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    ValueTask<bool> DeleteAsync(string stream, CancellationToken cancellationToken = default);
}
