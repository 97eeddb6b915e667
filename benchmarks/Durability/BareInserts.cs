using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Benchmarks.Durability;

/// <summary>What SQLite alone does: rows of a given size, as many in one transaction as there are callers, with the same guarantees (WAL, <c>synchronous=FULL</c>) and one index.</summary>
internal static class BareInserts
{
    public static void Run(string path, int rows, int rowsPerTransaction, int bytes)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE goals (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, data BLOB NOT NULL)");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO goals (name, data) VALUES ($name, $data)";
        var name = insert.Parameters.Add("$name", SqliteType.Text);
        insert.Parameters.AddWithValue("$data", new byte[bytes]);
        insert.Prepare();
        for (var done = 0; done < rows;)
        {
            using var transaction = connection.BeginTransaction();
            insert.Transaction = transaction;
            for (var i = 0; i < rowsPerTransaction && done < rows; i++, done++)
            {
                name.Value = $"agent_{done:x16}";
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
