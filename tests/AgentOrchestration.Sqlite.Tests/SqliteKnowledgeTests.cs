using AgentOrchestration.Tests.Contracts;
using Microsoft.Data.Sqlite;

namespace AgentOrchestration.Sqlite.Tests;

public sealed class SqliteKnowledgeTests : KnowledgeSearchContract, IAsyncDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly List<SqliteStore> _stores = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task WhatWasWritten_IsThereForTheNextProcess_AndVersionsAreNotGivenOutAgain()
    {
        long last;
        await using (var first = Open())
        {
            await first.Knowledge.WriteAsync(new KnowledgeDraft("lesson:1", "Retry the upload") { Tags = ["lesson"], Importance = 0.8 });
            last = (await first.Knowledge.WriteAsync(new KnowledgeDraft("lesson:2", "gone"))).Version;
            Assert.True(await first.Knowledge.RemoveAsync("lesson:2", last));
        }

        await using var second = Open();
        var match = Assert.Single(await second.Knowledge.SearchAsync("upload"));
        var next = await second.Knowledge.WriteAsync(new KnowledgeDraft("lesson:2", "back"));

        Assert.Equal(("lesson:1", "Retry the upload", 0.8), (match.Entry.Key, match.Entry.Text, match.Entry.Importance));
        Assert.True(next.Version > last);
    }

    [Fact]
    public async Task TwoProcessesOnOneFile_LoseNoUpdate()
    {
        await using var one = Open();
        await using var other = Open();
        await one.Knowledge.WriteAsync(new KnowledgeDraft("count", "0"));

        await Task.WhenAll(Count(one.Knowledge), Count(other.Knowledge), Count(one.Knowledge), Count(other.Knowledge));

        Assert.Equal("40", (await other.Knowledge.GetAsync("count"))!.Text);

        static Task Count(IKnowledgeBase knowledge) => Task.Run(async () =>
        {
            for (var done = 0; done < 10;)
            {
                var seen = (await knowledge.GetAsync("count"))!;
                if ((await knowledge.TryWriteAsync(new KnowledgeDraft("count", $"{int.Parse(seen.Text) + 1}"), seen.Version)).Applied)
                {
                    done++;
                }
            }
        });
    }

    [Fact]
    public async Task AnOrchestrator_KeepsItsKnowledgeInTheFile_UnlessItIsToBeProtected()
    {
        await using (var first = AgentOrchestrator.Create(options => options.UseSqlite(_folder.File)))
        {
            await first.Knowledge.WriteAsync(new KnowledgeDraft("k", "kept"));
        }

        await using (var second = AgentOrchestrator.Create(options => options.UseSqlite(_folder.File)))
        {
            Assert.Equal("kept", (await second.Knowledge.GetAsync("k"))?.Text);
        }

        await using var protecting = AgentOrchestrator.Create(options =>
        {
            options.UseSqlite(_folder.File);
            options.Durability.Protector = new LeavesAllOut();
        });
        Assert.Null(await protecting.Knowledge.GetAsync("k"));
    }

    [Fact]
    public async Task AFileOfTheFirstSchema_GetsItsKnowledge()
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Golden", "schema-1.db"), _folder.File);
        await using var store = Open();

        await store.Knowledge.WriteAsync(new KnowledgeDraft("k", "text"));

        Assert.Single(await store.Knowledge.SearchAsync("text"));
    }

    [Fact]
    public async Task AfterItsStore_ItRefusesCalls()
    {
        var store = Open();
        await store.Knowledge.WriteAsync(new KnowledgeDraft("k", "text"));
        await store.Knowledge.GetAsync("k");

        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.Knowledge.GetAsync("k"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.Knowledge.WriteAsync(new KnowledgeDraft("l", "text")));
    }

    [Fact]
    public async Task AFileThatCannotBeRead_IsAStoreException()
    {
        await using var store = Open();
        await store.Knowledge.WriteAsync(new KnowledgeDraft("k", "text"));
        await using (var connection = new SqliteConnection($"Data Source={_folder.File};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE knowledge_terms";
            await command.ExecuteNonQueryAsync();
        }

        await Assert.ThrowsAsync<StoreException>(async () => await store.Knowledge.SearchAsync("text"));
    }

    protected override ValueTask<IKnowledgeBase> CreateAsync() => ValueTask.FromResult(Open().Knowledge);

    private SqliteStore Open()
    {
        var store = new SqliteStore(_folder.File, new SqliteStoreOptions { TimeProvider = Time });
        _stores.Add(store);
        return store;
    }

    private sealed class LeavesAllOut : IRecordProtector
    {
        public ReadOnlyMemory<byte> Protect(StoreRecord record) => default;

        public ReadOnlyMemory<byte> Unprotect(StoreRecord record) => record.Data;
    }
}
