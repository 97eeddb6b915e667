using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>Writes entries on the connection that writes, within its transaction.</summary>
internal sealed class KnowledgeWriter(SqliteConnection connection) : IDisposable
{
    private readonly SqliteCommand _find = Statement.Prepare(connection, KnowledgeRow.Select + " WHERE key = $key", "$key");
    private readonly SqliteCommand _delete = Statement.Prepare(connection, "DELETE FROM knowledge WHERE version = $version", "$version");
    private readonly SqliteCommand _deleteTerms = Statement.Prepare(connection, "DELETE FROM knowledge_terms WHERE rowid = $version", "$version");
    private readonly SqliteCommand _insertTerms = Statement.Prepare(connection, "INSERT INTO knowledge_terms (rowid, terms) VALUES ($version, $terms)", "$version", "$terms");
    private readonly SqliteCommand _insert = Statement.Prepare(
        connection,
        """
        INSERT INTO knowledge (key, text, tags, importance, data, author, author_name, created, updated, bytes)
        VALUES ($key, $text, $tags, $importance, $data, $author, $name, $created, $updated, $bytes) RETURNING version
        """,
        "$key", "$text", "$tags", "$importance", "$data", "$author", "$name", "$created", "$updated", "$bytes");

    public KnowledgeChange Write(KnowledgeDraft draft, string terms, ExpectedVersion expected, KnowledgeAuthor author, DateTimeOffset now)
    {
        var current = KnowledgeRow.ReadOne(_find, draft.Key);
        if (!expected.Allows(current))
        {
            return new KnowledgeChange(Applied: false, current);
        }

        if (current is not null)
        {
            Remove(current);
        }

        var updated = current is { UpdatedAt: var last } && last > now ? last : now;
        var created = current?.CreatedAt ?? updated;
        var tags = KnowledgeRow.Text(draft.Tags);
        var data = draft.Data?.GetRawText();
        var bytes = Encoding.UTF8.GetByteCount(draft.Key) + Encoding.UTF8.GetByteCount(draft.Text) + tags.Length + (data?.Length ?? 0) + terms.Length;
        var version = (long)Statement.Run(
            _insert, draft.Key, draft.Text, tags, draft.Importance, data, author.Id?.ToString(), author.Name, created.UtcTicks, updated.UtcTicks, bytes)!;
        Statement.Change(_insertTerms, version, terms);
        return new KnowledgeChange(Applied: true, new KnowledgeEntry(draft, author, version, created, updated));
    }

    public KnowledgeChange Remove(string key, ExpectedVersion expected)
    {
        var current = KnowledgeRow.ReadOne(_find, key);
        var applied = current is not null && expected.Allows(current);
        if (applied)
        {
            Remove(current!);
        }

        return new KnowledgeChange(applied, current);
    }

    public void Dispose()
    {
        foreach (var command in new[] { _find, _delete, _deleteTerms, _insertTerms, _insert })
        {
            command.Dispose();
        }
    }

    private void Remove(KnowledgeEntry entry)
    {
        Statement.Change(_delete, entry.Version);
        Statement.Change(_deleteTerms, entry.Version);
    }
}
