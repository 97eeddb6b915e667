using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Benchmarks.Durability;

/// <summary>What SQLite alone does: rows of a given size with one index and the same guarantees (WAL, <c>synchronous=FULL</c>).</summary>
internal sealed class BareInserts : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteParameter _name;

    private BareInserts(string path, int bytes)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        using var command = _connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE goals (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, data BLOB NOT NULL)";
        command.ExecuteNonQuery();
        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT INTO goals (name, data) VALUES ($name, $data)";
        _name = _insert.Parameters.Add("$name", SqliteType.Text);
        _insert.Parameters.AddWithValue("$data", new byte[bytes]);
        _insert.Prepare();
    }

    /// <summary>One thread, so many rows in each transaction, and nobody who waits for a row of his.</summary>
    public static void Run(string path, int rows, int rowsPerTransaction, int bytes)
    {
        using var inserts = new BareInserts(path, bytes);
        for (var done = 0; done < rows; done += rowsPerTransaction)
        {
            inserts.Insert(Enumerable.Range(done, Math.Min(rowsPerTransaction, rows - done)));
        }
    }

    /// <summary>Callers that each insert one row after the other and wait until it is durable; whoever waits at the time shares a transaction.</summary>
    public static async Task RunAsync(string path, int rows, int callers, int bytes)
    {
        using var inserts = new BareInserts(path, bytes);
        var work = Channel.CreateUnbounded<(int Row, TaskCompletionSource Done)>(new UnboundedChannelOptions { SingleReader = true });
        var writing = Task.Run(async () =>
        {
            var batch = new List<(int Row, TaskCompletionSource Done)>();
            while (await work.Reader.WaitToReadAsync())
            {
                while (work.Reader.TryRead(out var one))
                {
                    batch.Add(one);
                }

                inserts.Insert(batch.Select(static one => one.Row));
                batch.ForEach(static one => one.Done.SetResult());
                batch.Clear();
            }
        });
        var left = rows;
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) is >= 0 and var row)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                work.Writer.TryWrite((row, done));
                await done.Task;
            }
        })));
        work.Writer.Complete();
        await writing;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    private void Insert(IEnumerable<int> rows)
    {
        using var transaction = _connection.BeginTransaction();
        _insert.Transaction = transaction;
        foreach (var row in rows)
        {
            _name.Value = $"agent_{row:x16}";
            _insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
