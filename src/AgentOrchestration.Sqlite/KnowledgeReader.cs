using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>A connection that reads entries. Used by one caller at a time.</summary>
internal sealed class KnowledgeReader(SqliteConnection connection) : IDisposable
{
    private readonly SqliteCommand _begin = Statement.Prepare(connection, "BEGIN");
    private readonly SqliteCommand _end = Statement.Prepare(connection, "COMMIT");
    private readonly SqliteCommand _find = Statement.Prepare(connection, KnowledgeRow.Select + " WHERE key = $key", "$key");
    private readonly SqliteCommand _byVersion = Statement.Prepare(connection, KnowledgeRow.Select + " WHERE version = $version", "$version");
    private readonly SqliteCommand _list = Statement.Prepare(connection, KnowledgeRow.Select);
    private readonly SqliteCommand _measure = Statement.Prepare(connection, "SELECT count(*), coalesce(sum(bytes), 0) FROM knowledge");
    private readonly SqliteCommand _rank = Statement.Prepare(
        connection,
        """
        SELECT knowledge_terms.rowid, bm25(knowledge_terms) AS score
        FROM knowledge_terms JOIN knowledge ON knowledge.version = knowledge_terms.rowid
        WHERE knowledge_terms MATCH $terms ORDER BY score, importance DESC, version DESC
        """,
        "$terms");

    public KnowledgeEntry? Get(string key) => KnowledgeRow.ReadOne(_find, key);

    public List<KnowledgeEntry> List(KnowledgeFilter? filter)
    {
        var listed = new List<KnowledgeEntry>();
        using var row = _list.ExecuteReader();
        while (row.Read())
        {
            var entry = KnowledgeRow.Read(row);
            if (filter?.Matches(entry) ?? true)
            {
                listed.Add(entry);
            }
        }

        return listed;
    }

    public List<KnowledgeMatch> Search(string[] terms, KnowledgeFilter? filter, int limit)
    {
        // Ranks first, entries after that, of one instant.
        _begin.ExecuteNonQuery();
        var found = new List<KnowledgeMatch>();
        Statement.Set(_rank, KnowledgeTerms.Expression(terms));
        using (var row = _rank.ExecuteReader())
        {
            while (found.Count < limit && row.Read())
            {
                var entry = KnowledgeRow.ReadOne(_byVersion, row.GetInt64(0))!;
                if (filter?.Matches(entry) ?? true)
                {
                    // FTS5 gives what is best the least number.
                    found.Add(new KnowledgeMatch(entry, -row.GetDouble(1), KnowledgeTerms.Matched(entry, terms)));
                }
            }
        }

        _end.ExecuteNonQuery();
        return found;
    }

    public KnowledgeStatistics Measure()
    {
        using var row = _measure.ExecuteReader();
        row.Read();
        return new KnowledgeStatistics(row.GetInt64(0), row.GetInt64(1), MaxBytes: null, Evicted: 0);
    }

    public void Dispose()
    {
        foreach (var command in new[] { _begin, _end, _find, _byVersion, _list, _measure, _rank })
        {
            command.Dispose();
        }

        connection.Dispose();
    }
}
