using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>Prepared statements with their parameters in order.</summary>
internal static class Statement
{
    public static SqliteCommand Prepare(SqliteConnection connection, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        }

        command.Prepare();
        return command;
    }

    public static void Set(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }

    public static object? Run(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        Set(command, values);
        return command.ExecuteScalar() is var value and not DBNull ? value : null;
    }

    public static int Change(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        Set(command, values);
        return command.ExecuteNonQuery();
    }
}
