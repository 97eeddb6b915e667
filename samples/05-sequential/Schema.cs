namespace Sequential;

/// <summary>Tables with their columns; the first column is the key.</summary>
internal sealed record Schema(IReadOnlyDictionary<string, string[]> Tables)
{
    /// <summary>Reads <c>table: column, column</c>, one table a line.</summary>
    public static Schema Read(string requirements)
    {
        var tables = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (var line in requirements.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.Split(':') is not [var table, var columns])
                throw new FormatException($"'{line}' names no table.");
            tables.Add(table.Trim(), columns.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        }

        return new Schema(tables);
    }

    public string KeyOf(string table) => Tables[table][0];
}
