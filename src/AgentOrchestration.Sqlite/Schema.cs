using System.Globalization;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>The tables, and how older ones are brought up to date. A version that was released is never changed: the next one is added behind it.</summary>
internal static class Schema
{
    /// <summary>The mark of our files in SQLite's header: "AgOr".</summary>
    public const int ApplicationId = 0x41674F72;

    private static readonly string[] Versions =
    [
        """
        CREATE TABLE leases (
            token INTEGER PRIMARY KEY AUTOINCREMENT,
            holder TEXT NOT NULL,
            expires INTEGER NOT NULL
        );
        CREATE TABLE streams (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            idempotency_key TEXT UNIQUE,
            lease INTEGER,
            began INTEGER NOT NULL,
            ended INTEGER
        );
        CREATE INDEX streams_by_lease ON streams (lease) WHERE lease IS NOT NULL;
        CREATE TABLE records (
            position INTEGER PRIMARY KEY,
            stream INTEGER NOT NULL REFERENCES streams (id) ON DELETE CASCADE,
            kind TEXT NOT NULL,
            subject TEXT,
            step TEXT,
            timestamp INTEGER NOT NULL,
            data BLOB NOT NULL,
            ends INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            damage TEXT
        );
        CREATE INDEX records_by_stream ON records (stream);
        """,

        // An entry's version is the number of its row, and AUTOINCREMENT gives none out twice. The terms are cut before they get here, so that all bases cut alike; the tokenizer only splits them.
        """
        CREATE TABLE knowledge (
            version INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            text TEXT NOT NULL,
            tags TEXT NOT NULL,
            importance REAL NOT NULL,
            data TEXT,
            author TEXT,
            author_name TEXT NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        );
        CREATE VIRTUAL TABLE knowledge_terms USING fts5 (terms, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'");
        """,
        """
        CREATE TABLE holds (
            token INTEGER PRIMARY KEY AUTOINCREMENT,
            lease INTEGER NOT NULL,
            key TEXT NOT NULL,
            shared INTEGER NOT NULL,
            holder TEXT NOT NULL,
            since INTEGER NOT NULL
        );
        CREATE INDEX holds_by_lease ON holds (lease);
        """,
    ];

    /// <summary>Makes the file ours and of the present version.</summary>
    /// <exception cref="StoreException">It belongs to something else, or to a later version.</exception>
    public static void Prepare(SqliteConnection connection, string path)
    {
        var version = Number(connection, "PRAGMA user_version");
        var application = Number(connection, "PRAGMA application_id");
        if (application != ApplicationId && (application != 0 || version != 0 || Number(connection, "SELECT count(*) FROM sqlite_schema") > 0))
        {
            throw new StoreException($"'{path}' is a SQLite file of something else. Name another file.");
        }

        if (version > Versions.Length)
        {
            throw new StoreException($"'{path}' has schema {version}, and this version of the library knows up to {Versions.Length}. Use the version that wrote it, or a later one.");
        }

        if (version == 0)
        {
            // Before there are tables; pages of what was deleted can then be given back.
            SqliteFile.Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
        }

        SqliteFile.Execute(connection, "PRAGMA journal_mode = WAL");
        if (version == Versions.Length)
        {
            return;
        }

        SqliteFile.Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            // Read again: another process may have been here first.
            for (version = Number(connection, "PRAGMA user_version"); version < Versions.Length; version++)
            {
                SqliteFile.Execute(connection, Versions[version]);
                SqliteFile.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version + 1}; PRAGMA application_id = {ApplicationId}"));
            }

            SqliteFile.Execute(connection, "COMMIT");
        }
        catch
        {
            SqliteFile.Execute(connection, "ROLLBACK");
            throw;
        }
    }

    private static long Number(SqliteConnection connection, string sql) => Convert.ToInt64(SqliteFile.Scalar(connection, sql), CultureInfo.InvariantCulture);
}
