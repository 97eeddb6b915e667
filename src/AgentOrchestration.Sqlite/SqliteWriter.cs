using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite;

/// <summary>The one that writes: takes all work that waits into one transaction, and tells everybody when it is on the disk.</summary>
internal sealed class SqliteWriter(SqliteFile file, int maxRecordsPerCommit) : IAsyncDisposable
{
    private readonly Channel<WriteWork> _work = Channel.CreateUnbounded<WriteWork>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock _gate = new();
    private Task? _writing;
    private WriteSession? _session;
    private long _commits;

    /// <summary>Transactions that were committed.</summary>
    public long Commits => Volatile.Read(ref _commits);

    /// <summary>The file is there and of the present schema.</summary>
    public Task OpenAsync(CancellationToken cancellationToken) => RunAsync(static _ => true, cancellationToken);

    public Task<T> RunAsync<T>(Func<WriteSession, T> run, CancellationToken cancellationToken, bool freesRoom = false)
    {
        var work = new WriteWork<T>(run, freesRoom);
        Add(work, cancellationToken);
        return work.Done;
    }

    public Task AppendAsync(StoreLease lease, IReadOnlyList<StoreRecord> records, CancellationToken cancellationToken)
    {
        var work = new AppendWork(lease, records);
        Add(work, cancellationToken);
        return work.Done;
    }

    public async ValueTask DisposeAsync()
    {
        Task? writing;
        lock (_gate)
        {
            _work.Writer.TryComplete();
            writing = _writing;
        }

        if (writing is not null)
        {
            await writing.ConfigureAwait(false);
        }

        _session?.Dispose();
        _session = null;
    }

    private void Add(WriteWork work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(!_work.Writer.TryWrite(work), typeof(SqliteStore));
            _writing ??= Task.Factory.StartNew(WriteAsync, CancellationToken.None, TaskCreationOptions.DenyChildAttach, TaskScheduler.Default).Unwrap();
        }
    }

    private async Task WriteAsync()
    {
        var batch = new List<WriteWork>();
        while (await _work.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            var records = 0;
            while (records < maxRecordsPerCommit && _work.Reader.TryRead(out var work))
            {
                batch.Add(work);
                records += work.Records;
            }

            Write(batch);
            batch.Clear();
        }
    }

    // SQLite's calls block; this is the one thread of the pool that they block.
    private void Write(List<WriteWork> batch)
    {
        try
        {
            var session = _session ??= Open();
            session.Begin();
            try
            {
                foreach (var work in batch)
                {
                    work.Execute(session);
                }

                session.Commit();
            }
            catch
            {
                session.Rollback();
                throw;
            }

            Volatile.Write(ref _commits, _commits + 1);
            batch.ForEach(static work => work.Committed());
            if (batch.Exists(static work => work.HasDeleted))
            {
                session.GivePagesBack();
            }
        }
        catch (SqliteException exception)
        {
            Fail(batch, file.Explain(exception));
        }
        catch (Exception exception)
        {
            // Whatever it is, those who wait must hear of it, and the next ones are tried again.
            Fail(batch, exception);
        }
    }

    private static void Fail(List<WriteWork> batch, Exception exception) => batch.ForEach(work => work.Failed(exception));

    private WriteSession Open()
    {
        var connection = file.Open(SqliteOpenMode.ReadWriteCreate);
        try
        {
            Schema.Prepare(connection, file.Path);
            return new WriteSession(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
