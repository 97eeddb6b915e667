using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>The file: how connections to it are opened, and what its errors mean.</summary>
internal sealed class SqliteFile(string path, TimeSpan busyTimeout)
{
    public string Path => path;

    /// <summary>A connection of its own. Dispose it.</summary>
    /// <exception cref="StoreException">The file cannot be used.</exception>
    public SqliteConnection Open(SqliteOpenMode mode) => Run(() =>
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = Math.Max(1, (int)Math.Ceiling(busyTimeout.TotalSeconds)) };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();

            // Said here, whatever the library's defaults are or become. FULL flushes at each commit, which is what makes it durable.
            Execute(connection, $"PRAGMA busy_timeout = {(long)busyTimeout.TotalMilliseconds}; PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    });

    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    /// <summary>Runs something on the file and says what its errors mean.</summary>
    public T Run<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (SqliteException exception)
        {
            throw Explain(exception);
        }
    }

    // https://www.sqlite.org/rescode.html
    public StoreException Explain(SqliteException exception) => exception.SqliteErrorCode switch
    {
        5 or 6 => new StoreException($"Another process has locked '{path}' for longer than {busyTimeout}. It is tried again; raise BusyTimeout if that is usual.", isTransient: true, exception),
        8 => new StoreException($"'{path}' cannot be written: the file or its folder is read-only. Give the process the right to write to both.", isTransient: false, exception),
        10 => new StoreException($"The disk failed while '{path}' was used (SQLite error {exception.SqliteExtendedErrorCode}). Look at the disk; nothing that was acknowledged depends on what failed.", isTransient: true, exception),
        11 => new StoreException($"'{path}' is damaged. Stop all processes that use it, copy it with its -wal file, and get out what can be read with sqlite3's .recover.", isTransient: false, exception),
        13 => new StoreException($"There is no room for '{path}': the disk is full. Make room, or delete what has ended.", isTransient: false, exception),
        14 => new StoreException($"'{path}' cannot be opened: its folder does not exist, or the process may not use it.", isTransient: false, exception),
        26 => new StoreException($"'{path}' is no SQLite file. Name another file.", isTransient: false, exception),
        _ => new StoreException($"SQLite failed on '{path}' with error {exception.SqliteErrorCode} ({exception.SqliteExtendedErrorCode}).", isTransient: false, exception),
    };
}
