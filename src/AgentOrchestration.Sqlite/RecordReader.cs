using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>Reads the records of streams and checks each.</summary>
internal sealed class RecordReader : IDisposable
{
    private readonly SqliteFile _file;
    private readonly SqliteCommand _command;
    private readonly SqliteParameter _name;

    public RecordReader(SqliteFile file, SqliteConnection connection)
    {
        _file = file;
        _command = connection.CreateCommand();
        _command.CommandText = """
            SELECT position, kind, subject, step, timestamp, data, checksum, damage, ends
            FROM streams JOIN records ON records.stream = streams.id
            WHERE name = $name ORDER BY position
            """;
        _name = _command.Parameters.Add("$name", SqliteType.Text);
    }

    /// <summary>Whether the damage of the last record was found only now.</summary>
    public bool IsNewDamage { get; private set; }

    public IEnumerable<StoredRecord> Read(string stream)
    {
        _name.Value = stream;
        using var reader = _file.Run(_command.ExecuteReader);
        while (_file.Run(reader.Read))
        {
            yield return _file.Run(() => Record(stream, reader));
        }
    }

    public void Dispose() => _command.Dispose();

    private StoredRecord Record(string stream, SqliteDataReader row)
    {
        IsNewDamage = false;
        var position = row.GetInt64(0);
        string kind;
        string? subject;
        string? key;
        long timestamp;
        byte[] data;
        long checksum;
        bool ends;
        try
        {
            kind = row.GetString(1);
            subject = row.IsDBNull(2) ? null : row.GetString(2);
            key = row.IsDBNull(3) ? null : row.GetString(3);
            timestamp = row.GetInt64(4);
            data = row.GetFieldValue<byte[]>(5);
            checksum = row.GetInt64(6);
            ends = row.GetBoolean(8);
        }
        catch (Exception exception) when (exception is InvalidCastException or FormatException)
        {
            // A column holds another type than was written.
            IsNewDamage = row.IsDBNull(7);
            return Damaged(position, stream, "unknown", subject: null, key: null, timestamp: 0, "its columns are not what was written");
        }

        if (!row.IsDBNull(7))
        {
            return Damaged(position, stream, kind, subject, key, timestamp, row.GetString(7));
        }

        if (timestamp < 0 || timestamp > DateTimeOffset.MaxValue.UtcTicks || checksum != Checksum.Of(kind, subject, key, timestamp, ends, data))
        {
            IsNewDamage = true;
            return Damaged(position, stream, kind, subject, key, timestamp, "its checksum is not that of what is there");
        }

        return new StoredRecord(position, new StoreRecord(stream, kind) { Subject = subject, Key = key, Timestamp = new DateTimeOffset(timestamp, TimeSpan.Zero), Data = data, EndsStream = ends });
    }

    private static StoredRecord Damaged(long position, string stream, string kind, string? subject, string? key, long timestamp, string damage) =>
        new(position, new StoreRecord(stream, kind) { Subject = subject, Key = key, Timestamp = new DateTimeOffset(Math.Clamp(timestamp, 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero) }) { Damage = damage };
}
