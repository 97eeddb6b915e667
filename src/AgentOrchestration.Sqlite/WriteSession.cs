using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>The connection that writes, with its prepared statements. Used by one thread at a time, always within a transaction.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insertRecord;
    private readonly SqliteCommand _insertStream;
    private readonly SqliteCommand _endStream;
    private readonly SqliteCommand _findStream;
    private readonly SqliteCommand _findLease;
    private readonly SqliteCommand _findKey;
    private readonly SqliteCommand _begin;
    private readonly SqliteCommand _commit;

    // Streams that are the lease's own and have not ended. True as long as the lease is there: who takes something of it over, or deletes something of it, ends it in the same transaction.
    private readonly Dictionary<string, (long Id, long Lease)> _known = new(StringComparer.Ordinal);

    private KnowledgeWriter? _knowledge;

    public WriteSession(SqliteConnection connection)
    {
        _connection = connection;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _insertRecord = Prepare(
            "INSERT INTO records (stream, kind, subject, step, timestamp, data, ends, checksum) VALUES ($stream, $kind, $subject, $step, $timestamp, $data, $ends, $checksum)",
            "$stream", "$kind", "$subject", "$step", "$timestamp", "$data", "$ends", "$checksum");
        _insertStream = Prepare("INSERT INTO streams (name, idempotency_key, lease, began) VALUES ($name, $key, $lease, $began) ON CONFLICT DO NOTHING RETURNING id", "$name", "$key", "$lease", "$began");
        _endStream = Prepare("UPDATE streams SET ended = $ended, lease = NULL WHERE id = $id", "$ended", "$id");
        _findStream = Prepare("SELECT id, lease FROM streams WHERE name = $name", "$name");
        _findLease = Prepare("SELECT 1 FROM leases WHERE token = $token", "$token");
        _findKey = Prepare("SELECT name FROM streams WHERE idempotency_key = $key", "$key");
    }

    public KnowledgeWriter Knowledge => _knowledge ??= new KnowledgeWriter(_connection);

    public void Begin() => _begin.ExecuteNonQuery();

    public void Commit() => _commit.ExecuteNonQuery();

    /// <summary>Takes everything back since <see cref="Begin"/>.</summary>
    public void Rollback()
    {
        _known.Clear();
        try
        {
            SqliteFile.Execute(_connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // There is no transaction any more: SQLite has taken it back by itself, as it does when the disk is full.
        }
    }

    public long AddLease(string holder, DateTimeOffset expires)
    {
        using var command = Prepare("INSERT INTO leases (holder, expires) VALUES ($holder, $expires) RETURNING token", "$holder", "$expires");
        return (long)Run(command, holder, expires.UtcTicks)!;
    }

    public bool RenewLease(long token, DateTimeOffset expires)
    {
        using var command = Prepare("UPDATE leases SET expires = $expires WHERE token = $token", "$expires", "$token");
        return Change(command, expires.UtcTicks, token) > 0;
    }

    public bool EndLease(long token)
    {
        Forget(token);
        using (var holds = Prepare("DELETE FROM holds WHERE lease = $token", "$token"))
        {
            Change(holds, token);
        }

        using var command = Prepare("DELETE FROM leases WHERE token = $token", "$token");
        return Change(command, token) > 0;
    }

    public StoreHold TryHold(StoreLease lease, ResourceRequest request, DateTimeOffset now)
    {
        if (Run(_findLease, lease.Token) is null)
        {
            throw new StoreLeaseLostException(lease);
        }

        foreach (var (other, lasts) in HoldsOfOthers(lease.Token, now))
        {
            if (!other.Request.ConflictsWith(request))
            {
                continue;
            }

            if (lasts)
            {
                return other;
            }

            // Once somebody has taken something of it over, a lease cannot come back.
            EndLease(other.LeaseToken);
        }

        using var insert = Prepare(
            "INSERT INTO holds (lease, key, shared, holder, since) VALUES ($lease, $key, $shared, $holder, $since) RETURNING token", "$lease", "$key", "$shared", "$holder", "$since");
        var token = (long)Run(insert, lease.Token, request.Key.ToString(), request.Mode == ResourceMode.Shared, lease.Holder, now.UtcTicks)!;
        return new StoreHold(request, token, lease.Token, lease.Holder, now);
    }

    public bool EndHold(long token)
    {
        using var command = Prepare("DELETE FROM holds WHERE token = $token", "$token");
        return Change(command, token) > 0;
    }

    /// <summary>Appends records, all or none.</summary>
    /// <returns>Why they are refused, and nothing was changed; null if they are not.</returns>
    public StoreLeaseLostException? Append(StoreLease lease, IReadOnlyList<StoreRecord> records)
    {
        if (Run(_findLease, lease.Token) is null)
        {
            Forget(lease.Token);
            return new StoreLeaseLostException(lease);
        }

        List<string>? begun = null;
        foreach (var record in records)
        {
            if (!FindOrBegin(lease, record, ref begun))
            {
                begun?.ForEach(Undo);
                return new StoreLeaseLostException(lease, record.Stream);
            }
        }

        foreach (var record in records)
        {
            var stream = _known[record.Stream];
            var data = MemoryMarshal.TryGetArray(record.Data, out var array) && array.Array!.Length == array.Count ? array.Array : record.Data.ToArray();
            var timestamp = record.Timestamp.UtcTicks;
            var checksum = Checksum.Of(record.Kind, record.Subject, record.Key, timestamp, record.EndsStream, data);
            Change(_insertRecord, stream.Id, record.Kind, record.Subject, record.Key, timestamp, data, record.EndsStream, checksum);
            if (record.EndsStream)
            {
                Change(_endStream, timestamp, stream.Id);
            }
        }

        // Not before: a record may follow the one that ends its stream.
        foreach (var record in records)
        {
            if (record.EndsStream)
            {
                _known.Remove(record.Stream);
            }
        }

        return null;
    }

    public IReadOnlyList<StoredStream> Adopt(StoreLease lease, DateTimeOffset now)
    {
        if (Run(_findLease, lease.Token) is null)
        {
            throw new StoreLeaseLostException(lease);
        }

        var names = new List<string>();
        using (var find = Prepare("SELECT name FROM streams WHERE lease IS NOT NULL AND lease <> $own AND NOT EXISTS (SELECT 1 FROM leases WHERE token = lease AND expires > $now) ORDER BY id", "$own", "$now"))
        {
            Set(find, lease.Token, now.UtcTicks);
            using var row = find.ExecuteReader();
            while (row.Read())
            {
                names.Add(row.GetString(0));
            }
        }

        if (names.Count == 0)
        {
            return [];
        }

        // Once somebody has taken something of it over, a lease cannot come back.
        using (var end = Prepare("DELETE FROM leases WHERE expires <= $now AND token <> $own AND token IN (SELECT lease FROM streams)", "$now", "$own"))
        {
            Change(end, now.UtcTicks, lease.Token);
        }

        using (var holds = Prepare("DELETE FROM holds WHERE lease NOT IN (SELECT token FROM leases)"))
        {
            Change(holds);
        }

        using (var take = Prepare("UPDATE streams SET lease = $own WHERE lease IS NOT NULL AND lease <> $own AND NOT EXISTS (SELECT 1 FROM leases WHERE token = lease)", "$own"))
        {
            Change(take, lease.Token);
        }

        _known.Clear();
        var adopted = names.ToHashSet(StringComparer.Ordinal);
        return [.. StreamList.Read(_connection, stream: null, now).Where(stream => adopted.Contains(stream.Id))];
    }

    public string? Find(string idempotencyKey) => (string?)Run(_findKey, idempotencyKey);

    public bool Delete(string stream, DateTimeOffset now)
    {
        if (FindStream(stream) is not { } found)
        {
            return false;
        }

        if (found.Lease is { } lease)
        {
            using var lasts = Prepare("SELECT 1 FROM leases WHERE token = $token AND expires > $now", "$token", "$now");
            if (Run(lasts, lease, now.UtcTicks) is not null)
            {
                return false;
            }

            EndLease(lease);
        }

        _known.Remove(stream);
        using var delete = Prepare("DELETE FROM streams WHERE id = $id", "$id");
        Change(delete, found.Id);
        return true;
    }

    public bool Quarantine(long position, string damage)
    {
        using var command = Prepare("UPDATE records SET damage = $damage WHERE position = $position", "$damage", "$position");
        return Change(command, damage, position) > 0;
    }

    public bool Limit(int pages)
    {
        SqliteFile.Execute(_connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
        return true;
    }

    /// <summary>Gives pages that are no longer used back to the file system, a few at a time. Outside a transaction.</summary>
    public void GivePagesBack() => SqliteFile.Execute(_connection, "PRAGMA incremental_vacuum(1000)");

    public void Dispose()
    {
        foreach (var command in new[] { _insertRecord, _insertStream, _endStream, _findStream, _findLease, _findKey, _begin, _commit })
        {
            command.Dispose();
        }

        _knowledge?.Dispose();
        _connection.Dispose();
    }

    private (long Id, long? Lease)? FindStream(string name)
    {
        Set(_findStream, name);
        using var row = _findStream.ExecuteReader();
        return row.Read() ? (row.GetInt64(0), row.IsDBNull(1) ? null : row.GetInt64(1)) : null;
    }

    // Whether the stream is the lease's own from here on; it begins if it is new. Inserting first costs one statement for a new stream, and looking first two.
    private bool FindOrBegin(StoreLease lease, StoreRecord record, ref List<string>? begun)
    {
        if (_known.TryGetValue(record.Stream, out var known))
        {
            return known.Lease == lease.Token;
        }

        if (Run(_insertStream, record.Stream, record.IdempotencyKey, lease.Token, record.Timestamp.UtcTicks) is long id)
        {
            (begun ??= []).Add(record.Stream);
        }
        else if (FindStream(record.Stream) is { } found && found.Lease == lease.Token)
        {
            id = found.Id;
        }
        else
        {
            // It is another one's, has ended, or begins with a key that another stream has.
            return false;
        }

        _known.Add(record.Stream, (id, lease.Token));
        return true;
    }

    private List<(StoreHold Hold, bool Lasts)> HoldsOfOthers(long lease, DateTimeOffset now)
    {
        var found = new List<(StoreHold Hold, bool Lasts)>();
        using var command = Prepare(
            "SELECT holds.token, lease, key, shared, holds.holder, since, coalesce(expires > $now, 0) FROM holds LEFT JOIN leases ON leases.token = lease WHERE lease <> $lease ORDER BY holds.token",
            "$now", "$lease");
        Set(command, now.UtcTicks, lease);
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            if (ResourceKey.TryParse(row.GetString(2), out var key))
            {
                var request = new ResourceRequest(key, row.GetBoolean(3) ? ResourceMode.Shared : ResourceMode.Exclusive);
                found.Add((new StoreHold(request, row.GetInt64(0), row.GetInt64(1), row.GetString(4), new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero)), row.GetBoolean(6)));
            }
        }

        return found;
    }

    private void Undo(string stream)
    {
        _known.Remove(stream, out var known);
        using var delete = Prepare("DELETE FROM streams WHERE id = $id", "$id");
        Change(delete, known.Id);
    }

    private void Forget(long lease)
    {
        foreach (var (name, _) in _known.Where(known => known.Value.Lease == lease).ToList())
        {
            _known.Remove(name);
        }
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters) => Statement.Prepare(_connection, sql, parameters);

    private static void Set(SqliteCommand command, params ReadOnlySpan<object?> values) => Statement.Set(command, values);

    private static object? Run(SqliteCommand command, params ReadOnlySpan<object?> values) => Statement.Run(command, values);

    private static int Change(SqliteCommand command, params ReadOnlySpan<object?> values) => Statement.Change(command, values);
}
