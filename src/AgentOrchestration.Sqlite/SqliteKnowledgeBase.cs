using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>Knowledge in the store's file. Writes go through the store's one writer; whoever reads takes a connection that is free, or opens one.</summary>
internal sealed class SqliteKnowledgeBase(SqliteFile file, SqliteWriter writer, TimeProvider time) : IKnowledgeBase
{
    private readonly ConcurrentBag<KnowledgeReader> _readers = [];
    private volatile bool _closed;
    private volatile bool _opened;

    public async ValueTask<KnowledgeChange> TryWriteAsync(
        KnowledgeDraft draft, ExpectedVersion expected = default, KnowledgeAuthor? author = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        cancellationToken.ThrowIfCancellationRequested();
        var terms = KnowledgeTerms.Document(draft);
        var now = time.GetUtcNow();
        return await writer.RunAsync(session => session.Knowledge.Write(draft, terms, expected, author ?? KnowledgeAuthor.Host, now), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<KnowledgeChange> TryRemoveAsync(string key, ExpectedVersion expected, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return await writer.RunAsync(session => session.Knowledge.Remove(key, expected), cancellationToken, freesRoom: true).ConfigureAwait(false);
    }

    public async ValueTask<KnowledgeEntry?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        return await ReadAsync(reader => reader.Get(key), cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<KnowledgeEntry>> ListAsync(KnowledgeFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var listed = await ReadAsync(reader => reader.List(filter), cancellationToken).ConfigureAwait(false);

        // Not by SQLite: it compares UTF-8, in which some keys come in another order.
        listed.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return listed.AsReadOnly();
    }

    public async ValueTask<IReadOnlyList<KnowledgeMatch>> SearchAsync(
        string query, KnowledgeFilter? filter = null, int limit = 10, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        cancellationToken.ThrowIfCancellationRequested();
        var terms = KnowledgeTerms.OfQuery(query);
        return terms.Length == 0 ? [] : (await ReadAsync(reader => reader.Search(terms, filter, limit), cancellationToken).ConfigureAwait(false)).AsReadOnly();
    }

    public async ValueTask<KnowledgeStatistics> GetStatisticsAsync(CancellationToken cancellationToken = default) =>
        await ReadAsync(static reader => reader.Measure(), cancellationToken).ConfigureAwait(false);

    /// <summary>Closes the connections that are free; one that is in use closes when it is given back.</summary>
    public void Close()
    {
        _closed = true;
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    private async Task<T> ReadAsync<T>(Func<KnowledgeReader, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_opened)
        {
            await writer.OpenAsync(cancellationToken).ConfigureAwait(false);
            _opened = true;
        }

        // SQLite's calls block, and must not block the caller.
        return await Task.Run(() => Read(read), cancellationToken).ConfigureAwait(false);
    }

    private T Read<T>(Func<KnowledgeReader, T> read)
    {
        ObjectDisposedException.ThrowIf(_closed, typeof(SqliteStore));
        if (!_readers.TryTake(out var reader))
        {
            reader = file.Run(() => new KnowledgeReader(file.Open(SqliteOpenMode.ReadOnly)));
        }

        try
        {
            var result = file.Run(() => read(reader));
            _readers.Add(reader);
            return result;
        }
        catch
        {
            // Its transaction may be open.
            reader.Dispose();
            throw;
        }
        finally
        {
            if (_closed)
            {
                Close();
            }
        }
    }
}
