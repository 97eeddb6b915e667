using System.Runtime.CompilerServices;
using AgentOrchestration.Sqlite;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration;

/// <summary>A store in one SQLite file: in WAL mode with <c>synchronous=FULL</c>, so that what was appended survives the end of the process and of the machine. Thread-safe.</summary>
/// <remarks>
/// One connection writes, for all callers: those that wait at the same time share a transaction, and with it one flush to the disk. Reading goes on beside it. Several processes may use one file on one
/// machine; not over a network file system, where SQLite's locks do not hold. The file is made, and brought to the present schema, when it is first used. Beside it lie <c>-wal</c> and <c>-shm</c>, which
/// belong to it.
/// </remarks>
public sealed class SqliteStore : IOrchestrationStore
{
    private readonly SqliteFile _file;
    private readonly SqliteWriter _writer;
    private readonly TimeProvider _time;
    private readonly SqliteKnowledgeBase _knowledge;

    /// <summary>A store in this file. Nothing is opened yet.</summary>
    /// <param name="path">The file; it need not exist, its folder must.</param>
    /// <param name="options">How it works; null for the defaults.</param>
    /// <exception cref="ArgumentException">The path is blank, or an option is out of its range.</exception>
    public SqliteStore(string path, SqliteStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new SqliteStoreOptions();
        if (options.FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _time = options.TimeProvider ?? TimeProvider.System;
        _file = new SqliteFile(Path.GetFullPath(path), options.BusyTimeout);
        _writer = new SqliteWriter(_file, options.MaxRecordsPerCommit);
        _knowledge = new SqliteKnowledgeBase(_file, _writer, _time);
    }

    /// <inheritdoc/>
    public bool SharesLocks => true;

    /// <summary>What agents share, in the same file: found again by full-text search, and there for every process that uses the file.</summary>
    /// <remarks>
    /// A write completes when it is on the disk. There is no limit but the disk, so nothing is forgotten to make room. Texts are cut into terms as the base in memory does it, and ranked by SQLite's
    /// BM25 (https://www.sqlite.org/fts5.html), in which a term that more than half of the entries have counts for next to nothing. Members throw <see cref="StoreException"/> where the file cannot be
    /// used. It ends with the store.
    /// </remarks>
    public IKnowledgeBase Knowledge => _knowledge;

    /// <summary>Transactions that were committed.</summary>
    internal long Commits => _writer.Commits;

    /// <summary>Lets the file grow to so many pages and no further, as a full disk does.</summary>
    internal Task LimitAsync(int pages) => _writer.RunAsync(session => session.Limit(pages), CancellationToken.None);

    /// <inheritdoc/>
    public async ValueTask<StoreHold> TryHoldAsync(StoreLease lease, ResourceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var now = _time.GetUtcNow();
        return await _writer.RunAsync(session => session.TryHold(lease, request, now), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask EndHoldAsync(StoreHold hold, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(hold);
        await _writer.RunAsync(session => session.EndHold(hold.FencingToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<StoreLease> AcquireLeaseAsync(string holder, TimeSpan duration, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(holder);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.FromMilliseconds(1));
        var expires = _time.GetUtcNow() + duration;
        var token = await _writer.RunAsync(session => session.AddLease(holder, expires), cancellationToken).ConfigureAwait(false);
        return new StoreLease(token, holder, duration);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RenewLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var expires = _time.GetUtcNow() + lease.Duration;
        return await _writer.RunAsync(session => session.RenewLease(lease.Token, expires), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask EndLeaseAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        await _writer.RunAsync(session => session.EndLease(lease.Token), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask AppendAsync(StoreLease lease, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(records);
        await _writer.AppendAsync(lease, records, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<StoredStream>> AdoptAsync(StoreLease lease, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var now = _time.GetUtcNow();
        return await _writer.RunAsync(session => session.Adopt(lease, now), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredRecord> ReadAsync(IReadOnlyList<string> streams, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streams);
        await _writer.OpenAsync(cancellationToken).ConfigureAwait(false);
        var reading = _file.Open(SqliteOpenMode.ReadOnly);
        await using (reading.ConfigureAwait(false))
        {
            using var reader = new RecordReader(_file, reading);
            foreach (var stream in streams)
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var record in reader.Read(stream))
                {
                    if (record.Damage is not null && reader.IsNewDamage)
                    {
                        await _writer.RunAsync(session => session.Quarantine(record.Position, record.Damage), cancellationToken).ConfigureAwait(false);
                    }

                    yield return record;
                }
            }
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredStream> ListAsync(string? stream = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _writer.OpenAsync(cancellationToken).ConfigureAwait(false);
        List<StoredStream> streams;
        var reading = _file.Open(SqliteOpenMode.ReadOnly);
        await using (reading.ConfigureAwait(false))
        {
            streams = _file.Run(() => StreamList.Read(reading, stream, _time.GetUtcNow()));
        }

        foreach (var one in streams)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return one;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<string?> FindAsync(string idempotencyKey, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(idempotencyKey);
        return await _writer.RunAsync(session => session.Find(idempotencyKey), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(string stream, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        var now = _time.GetUtcNow();
        return await _writer.RunAsync(session => session.Delete(stream, now), cancellationToken, freesRoom: true).ConfigureAwait(false);
    }

    /// <summary>Writes what is on its way, and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync().ConfigureAwait(false);
        _knowledge.Close();
    }

    /// <summary>The path, no content.</summary>
    public override string ToString() => $"{nameof(SqliteStore)} {{ {_file.Path} }}";
}
