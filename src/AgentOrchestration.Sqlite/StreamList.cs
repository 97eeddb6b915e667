using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>What is known of streams.</summary>
internal static class StreamList
{
    public static List<StoredStream> Read(SqliteConnection connection, string? stream, DateTimeOffset now)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            SELECT name, began, ended, lease,
                EXISTS (SELECT 1 FROM leases WHERE token = lease AND expires > $now),
                (SELECT count(*) FROM records WHERE records.stream = streams.id),
                (SELECT coalesce(sum(length(data)), 0) FROM records WHERE records.stream = streams.id)
            FROM streams {(stream is null ? "" : "WHERE name = $name")} ORDER BY id
            """;
        command.Parameters.AddWithValue("$now", now.UtcTicks);
        if (stream is not null)
        {
            command.Parameters.AddWithValue("$name", stream);
        }

        var streams = new List<StoredStream>();
        using var row = command.ExecuteReader();
        while (row.Read())
        {
            streams.Add(new StoredStream(row.GetString(0), At(row.GetInt64(1)))
            {
                EndedAt = row.IsDBNull(2) ? null : At(row.GetInt64(2)),
                LeaseToken = row.IsDBNull(3) ? null : row.GetInt64(3),
                IsLive = row.GetBoolean(4),
                Records = row.GetInt64(5),
                Bytes = row.GetInt64(6),
            });
        }

        return streams;
    }

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
