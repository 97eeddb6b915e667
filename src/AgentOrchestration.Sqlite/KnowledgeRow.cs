using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>An entry as it stands in its row.</summary>
internal static class KnowledgeRow
{
    public const string Select = "SELECT version, key, text, tags, importance, data, author, author_name, created, updated FROM knowledge";

    public static KnowledgeEntry Read(SqliteDataReader row)
    {
        var draft = new KnowledgeDraft(row.GetString(1), row.GetString(2))
        {
            Tags = TagsOf(row.GetString(3)),
            Importance = row.GetDouble(4),
            Data = row.IsDBNull(5) ? null : JsonElement.Parse(row.GetString(5)),
        };
        var author = new KnowledgeAuthor(row.IsDBNull(6) ? null : AgentId.Parse(row.GetString(6), provider: null), row.GetString(7));
        return new KnowledgeEntry(draft, author, row.GetInt64(0), At(row.GetInt64(8)), At(row.GetInt64(9)));
    }

    /// <summary>The one entry that the command finds; null if it finds none.</summary>
    public static KnowledgeEntry? ReadOne(SqliteCommand command, object value)
    {
        Statement.Set(command, value);
        using var row = command.ExecuteReader();
        return row.Read() ? Read(row) : null;
    }

    public static string Text(IReadOnlyList<string> tags)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            foreach (var tag in tags)
            {
                writer.WriteStringValue(tag);
            }

            writer.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static string[] TagsOf(string text) => text == "[]" ? [] : [.. JsonElement.Parse(text).EnumerateArray().Select(static tag => tag.GetString()!)];

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
