using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>What becomes of a store whose file is damaged, locked, read-only or full: the same data, or a report; never other data.</summary>
public sealed class FaultTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task INV32_ATruncatedLog_LosesItsLastCommitsWhole()
    {
        var committed = await FillAsync(closes: false);
        var wal = await File.ReadAllBytesAsync(_folder.File + "-wal", TestContext.Current.CancellationToken);
        var database = await File.ReadAllBytesAsync(_folder.File, TestContext.Current.CancellationToken);
        using var copy = new StoreFolder();
        var seen = new SortedSet<int>();

        // Every byte of the last page's frame, and then every page.
        foreach (var length in Enumerable.Range(wal.Length - 4120, 4120).Concat(Enumerable.Range(0, wal.Length / 4120).Select(page => 32 + (page * 4120))))
        {
            File.Delete(copy.File + "-shm");
            await File.WriteAllBytesAsync(copy.File, database, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(copy.File + "-wal", wal[..length], TestContext.Current.CancellationToken);
            if (await ReadAsync(copy.File) is not { } records)
            {
                // So early that there are no tables yet.
                continue;
            }

            Assert.All(records, record => Assert.Null(record.Damage));
            Assert.Equal(committed.Take(records.Count), records.Select(Text));
            Assert.True(records.Count % 3 == 0, "A commit of three records is whole or absent.");
            seen.Add(records.Count);
        }

        Assert.True(seen.Count > 3, $"Only {seen.Count} different states were seen.");
    }

    [Fact]
    public async Task INV32_FlippedBits_AreReportedOrHarmless()
    {
        var committed = await FillAsync(closes: true);
        var whole = await File.ReadAllBytesAsync(_folder.File, TestContext.Current.CancellationToken);
        using var copy = new StoreFolder();
        var random = new Random(20260102);
        var (refused, damaged, harmless) = (0, 0, 0);
        for (var i = 0; i < 600; i++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(copy.File, bytes, TestContext.Current.CancellationToken);
            try
            {
                var records = (await ReadAsync(copy.File))!;
                var whatIsWhole = records.Where(record => record.Damage is null).Select(Text).ToList();
                damaged += records.Count - whatIsWhole.Count;
                harmless += whatIsWhole.Count == committed.Count ? 1 : 0;

                // Some may be unreadable; none says something else than was written.
                Assert.Subset(committed.ToHashSet(StringComparer.Ordinal), whatIsWhole.ToHashSet(StringComparer.Ordinal));
            }
            catch (StoreException)
            {
                refused++;
            }
            finally
            {
                File.Delete(copy.File + "-wal");
                File.Delete(copy.File + "-shm");
            }
        }

        Assert.True(damaged > 5 && refused > 5, $"{damaged} damaged records, {refused} refused files, {harmless} without effect: the flips do not reach the data.");
    }

    [Fact]
    public async Task ADamagedRecord_IsQuarantined_AndTheOthersAreRead()
    {
        await FillAsync(closes: true);
        await ExecuteAsync("UPDATE records SET data = x'00' WHERE position = 4");

        var first = (await ReadAsync(_folder.File))!;
        await ExecuteAsync("UPDATE records SET kind = kind WHERE position = 4");
        var again = (await ReadAsync(_folder.File))!;

        Assert.Equal(4, Assert.Single(first, record => record.Damage is not null).Position);
        Assert.Equal(first.Select(record => record.Damage), again.Select(record => record.Damage));
        Assert.Equal(1L, await ScalarAsync("SELECT count(*) FROM records WHERE damage IS NOT NULL"));
        Assert.Equal(30, again.Count);
    }

    [Fact]
    public async Task AFullDisk_FailsTheCallsAndLosesNothing()
    {
        await FillAsync(closes: true);
        await using var store = new SqliteStore(_folder.File);
        var lease = await store.AcquireLeaseAsync("one", Minute, TestContext.Current.CancellationToken);
        await store.AppendAsync(lease, [Record("new", 0)], TestContext.Current.CancellationToken);
        await store.LimitAsync(pages: 60);
        var kept = 0;

        var full = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            for (; kept < 1_000; kept++)
            {
                await store.AppendAsync(lease, [Record("new", kept) with { Data = new byte[1_000] }], TestContext.Current.CancellationToken);
            }
        });
        await store.LimitAsync(pages: 100_000);
        await store.AppendAsync(lease, [Record("new", 1_000)], TestContext.Current.CancellationToken);

        Assert.False(full.IsTransient);
        Assert.Contains("disk is full", full.Message, StringComparison.Ordinal);
        var records = new List<StoredRecord>();
        await foreach (var record in store.ReadAsync(["new"], TestContext.Current.CancellationToken))
        {
            records.Add(record);
        }

        Assert.Equal(kept + 2, records.Count);
    }

    [Fact]
    public async Task ALockedFile_IsTransient()
    {
        await FillAsync(closes: true);
        await using var other = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var begin = other.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        await begin.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var store = new SqliteStore(_folder.File, new SqliteStoreOptions { BusyTimeout = TimeSpan.FromMilliseconds(20) });

        var locked = await Assert.ThrowsAsync<StoreException>(async () => await store.AcquireLeaseAsync("one", Minute, TestContext.Current.CancellationToken));
        begin.CommandText = "ROLLBACK";
        await begin.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.True(locked.IsTransient);
        Assert.Contains(_folder.File, locked.Message, StringComparison.Ordinal);
        Assert.True((await store.AcquireLeaseAsync("one", Minute, TestContext.Current.CancellationToken)).Token > 0);
    }

    [Theory]
    [InlineData("no such folder/x.db", "cannot be opened")]
    [InlineData("text.db", "is no SQLite file")]
    [InlineData("other.db", "of something else")]
    [InlineData("later.db", "knows up to")]
    public async Task AFileThatCannotBeUsed_IsRefusedAndNotTouched(string name, string reason)
    {
        var path = Path.Combine(_folder.Path, name);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "text.db"), new string('x', 5_000), TestContext.Current.CancellationToken);
        await ExecuteAsync("CREATE TABLE notes (text TEXT)", "other.db");
        await using (var later = new SqliteStore(Path.Combine(_folder.Path, "later.db")))
        {
            await later.AcquireLeaseAsync("one", Minute, TestContext.Current.CancellationToken);
        }

        await ExecuteAsync("PRAGMA user_version = 999", "later.db");
        var before = File.Exists(path) ? await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken) : null;
        await using var store = new SqliteStore(path);

        var refused = await Assert.ThrowsAsync<StoreException>(async () => await store.AcquireLeaseAsync("one", Minute, TestContext.Current.CancellationToken));

        Assert.False(refused.IsTransient);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.Exists(path) ? await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken) : null);
    }

    [Fact]
    public async Task ManyCallers_ShareTransactions()
    {
        await using var store = new SqliteStore(_folder.File);
        var lease = await store.AcquireLeaseAsync("one", Minute, TestContext.Current.CancellationToken);
        var before = store.Commits;

        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => store.AppendAsync(lease, [Record($"s{i}", i)]).AsTask()));

        Assert.True(store.Commits - before < 200, $"1,000 calls took {store.Commits - before} transactions.");
    }

    [Fact]
    public async Task TheFirstSchema_IsReadByThisVersion()
    {
        // Made by the version that introduced the schema, and never made again: later ones must read it.
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Golden", "schema-1.db"), _folder.File);

        await using var store = new SqliteStore(_folder.File);
        var streams = new List<StoredStream>();
        await foreach (var stream in store.ListAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            streams.Add(stream);
        }

        Assert.Equal(["one", "two"], streams.Select(stream => stream.Id));
        Assert.Equal(["one 0", "one 1", "two 2"], (await ReadAsync(_folder.File, "one", "two"))!.Select(Text));
        Assert.NotNull(streams[1].EndedAt);
        Assert.Equal("one", await store.FindAsync("key", TestContext.Current.CancellationToken));
        Assert.True((await store.AcquireLeaseAsync("later", Minute, TestContext.Current.CancellationToken)).Token > 1);
    }

    private static StoreRecord Record(string stream, int number) => new(stream, "test:record")
    {
        Timestamp = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Subject = "subject",
        Key = "1.0",
        Data = System.Text.Encoding.UTF8.GetBytes($"{stream} {number}"),
    };

    private static string Text(StoredRecord record) => System.Text.Encoding.UTF8.GetString(record.Record.Data.Span);

    // Ten commits of three records of one stream.
    private async Task<IReadOnlyList<string>> FillAsync(bool closes)
    {
        var store = new SqliteStore(_folder.File);
        var lease = await store.AcquireLeaseAsync("one", Minute, TestContext.Current.CancellationToken);
        var written = new List<string>();
        for (var i = 0; i < 30; i += 3)
        {
            var records = Enumerable.Range(i, 3).Select(number => Record("s", number)).ToArray();
            await store.AppendAsync(lease, records, TestContext.Current.CancellationToken);
            written.AddRange(records.Select(record => System.Text.Encoding.UTF8.GetString(record.Data.Span)));
        }

        if (!closes)
        {
            // As a process that died leaves them: what is in the log has not been moved to the file.
            File.Copy(_folder.File, _folder.File + ".copy");
            File.Copy(_folder.File + "-wal", _folder.File + ".copy-wal");
            await store.DisposeAsync();
            File.Move(_folder.File + ".copy", _folder.File, overwrite: true);
            File.Move(_folder.File + ".copy-wal", _folder.File + "-wal", overwrite: true);
        }
        else
        {
            await store.DisposeAsync();
        }

        return written;
    }

    private static async Task<IReadOnlyList<StoredRecord>?> ReadAsync(string path, params string[] streams)
    {
        await using var store = new SqliteStore(path);
        var records = new List<StoredRecord>();
        await foreach (var record in store.ReadAsync(streams is [] ? ["s"] : streams))
        {
            records.Add(record);
        }

        return records;
    }

    private async Task ExecuteAsync(string sql, string? name = null)
    {
        await using var connection = new SqliteConnection($"Data Source={(name is null ? _folder.File : Path.Combine(_folder.Path, name))};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={_folder.File};Pooling=False");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
