using System.Runtime.CompilerServices;

namespace AgentOrchestration;

/// <summary>
/// A store that lives as long as its process: what orchestrators leave in it, others in the same process can go on with. For tests, and for hosts that replace orchestrators without ending. Thread-safe.
/// </summary>
/// <param name="timeProvider">The clock of leases; null takes the system's.</param>
public sealed class InMemoryOrchestrationStore(TimeProvider? timeProvider = null) : IOrchestrationStore
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;
    private readonly Dictionary<long, DateTimeOffset> _leases = [];
    private readonly OrderedDictionary<string, Stream> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byKey = new(StringComparer.Ordinal);
    private readonly List<StoreHold> _holds = [];
    private long _lastToken;
    private long _lastHold;
    private long _lastPosition;

    /// <inheritdoc/>
    public bool SharesLocks => true;

    /// <inheritdoc/>
    public ValueTask<StoreHold> TryHoldAsync(StoreLease lease, ResourceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            ThrowIfLostLocked(lease);
            foreach (var other in _holds.Where(other => other.LeaseToken != lease.Token && other.Request.ConflictsWith(request)).ToList())
            {
                if (LastsLocked(other.LeaseToken, now))
                {
                    return ValueTask.FromResult(other);
                }

                _leases.Remove(other.LeaseToken);
                _holds.Remove(other);
            }

            var hold = new StoreHold(request, ++_lastHold, lease.Token, lease.Holder, now);
            _holds.Add(hold);
            return ValueTask.FromResult(hold);
        }
    }

    /// <inheritdoc/>
    public ValueTask EndHoldAsync(StoreHold hold, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hold);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _holds.RemoveAll(one => one.FencingToken == hold.FencingToken);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<StoreLease> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(holder);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        cancellationToken.ThrowIfCancellationRequested();
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            var lease = new StoreLease(++_lastToken, holder, duration);
            _leases.Add(lease.Token, now + duration);
            return ValueTask.FromResult(lease);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            if (!_leases.ContainsKey(lease.Token))
            {
                return ValueTask.FromResult(false);
            }

            _leases[lease.Token] = now + lease.Duration;
            return ValueTask.FromResult(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask EndLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            _leases.Remove(lease.Token);
            _holds.RemoveAll(hold => hold.LeaseToken == lease.Token);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(StoreLease lease, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(records);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ThrowIfRefusedLocked(lease, records);
            foreach (var record in records)
            {
                if (!_streams.TryGetValue(record.Stream, out var stream))
                {
                    _streams.Add(record.Stream, stream = new Stream(record.Timestamp, record.IdempotencyKey) { Lease = lease.Token });
                    if (record.IdempotencyKey is { } key)
                    {
                        _byKey.Add(key, record.Stream);
                    }
                }

                // A copy: what the caller does with its own is nobody's business here.
                stream.Records.Add(new StoredRecord(++_lastPosition, record with { Data = record.Data.ToArray() }));
                stream.Bytes += record.Data.Length;
                if (record.EndsStream)
                {
                    stream.EndedAt = record.Timestamp;
                    stream.Lease = null;
                }
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredStream>> AdoptAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        cancellationToken.ThrowIfCancellationRequested();
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            ThrowIfLostLocked(lease);
            var adopted = new List<StoredStream>();
            foreach (var (id, stream) in _streams)
            {
                if (stream.Lease is { } owner && owner != lease.Token && !LastsLocked(owner, now))
                {
                    // Once somebody has taken something of it over, it cannot come back.
                    _leases.Remove(owner);
                    stream.Lease = lease.Token;
                    adopted.Add(stream.Describe(id, isLive: true));
                }
            }

            return ValueTask.FromResult<IReadOnlyList<StoredStream>>(adopted);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredRecord> ReadAsync(IReadOnlyList<string> streams, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        await ValueTask.CompletedTask.ConfigureAwait(false);
        foreach (var id in streams)
        {
            cancellationToken.ThrowIfCancellationRequested();
            StoredRecord[] records;
            lock (_gate)
            {
                records = _streams.TryGetValue(id, out var stream) ? [.. stream.Records] : [];
            }

            foreach (var record in records)
            {
                yield return record;
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredStream> ListAsync(string? stream = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        var now = _time.GetUtcNow();
        List<StoredStream> all = [];
        lock (_gate)
        {
            foreach (var (id, one) in _streams)
            {
                if (stream is null || string.Equals(id, stream, StringComparison.Ordinal))
                {
                    all.Add(one.Describe(id, one.Lease is { } owner && LastsLocked(owner, now)));
                }
            }
        }

        foreach (var one in all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return one;
        }
    }

    /// <inheritdoc/>
    public ValueTask<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(idempotencyKey);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(_byKey.GetValueOrDefault(idempotencyKey));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(string stream, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        cancellationToken.ThrowIfCancellationRequested();
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            if (!_streams.TryGetValue(stream, out var found) || (found.Lease is { } owner && LastsLocked(owner, now)))
            {
                return ValueTask.FromResult(false);
            }

            if (found.IdempotencyKey is { } key)
            {
                _byKey.Remove(key);
            }

            return ValueTask.FromResult(_streams.Remove(stream));
        }
    }

    /// <summary>Nothing is held that could be given back: what is stored stays, for the next orchestrator.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private bool LastsLocked(long token, DateTimeOffset now) => _leases.TryGetValue(token, out var expires) && expires > now;

    private void ThrowIfLostLocked(StoreLease lease)
    {
        if (!_leases.ContainsKey(lease.Token))
        {
            throw new StoreLeaseLostException(lease);
        }
    }

    private void ThrowIfRefusedLocked(StoreLease lease, IReadOnlyList<StoreRecord> records)
    {
        ThrowIfLostLocked(lease);
        var begun = new HashSet<string>(StringComparer.Ordinal);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            if (_streams.TryGetValue(record.Stream, out var stream) ? stream.Lease != lease.Token
                : begun.Add(record.Stream) && record.IdempotencyKey is { } key && (_byKey.ContainsKey(key) || !keys.Add(key)))
            {
                throw new StoreLeaseLostException(lease, record.Stream);
            }
        }
    }

    private sealed class Stream(DateTimeOffset beganAt, string? idempotencyKey)
    {
        public List<StoredRecord> Records { get; } = [];

        public string? IdempotencyKey => idempotencyKey;

        public DateTimeOffset? EndedAt { get; set; }

        /// <summary>Whose it is; null once it has ended.</summary>
        public long? Lease { get; set; }

        public long Bytes { get; set; }

        public StoredStream Describe(string id, bool isLive) => new(id, beganAt) { EndedAt = EndedAt, LeaseToken = Lease, IsLive = isLive, Records = Records.Count, Bytes = Bytes };
    }
}
