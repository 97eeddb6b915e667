using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Contracts;

/// <summary>What every knowledge base promises about writing, reading and concurrent writers.</summary>
public abstract class KnowledgeBaseContract
{
    private static readonly KnowledgeAuthor Bugs = new(AgentId.Parse("agent_0000000000000007_1", null), "bugs");

    protected FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    /// <summary>A new base with room for everything that the contract writes, on the clock <see cref="Time"/>.</summary>
    protected abstract ValueTask<IKnowledgeBase> CreateAsync();

    /// <summary>Whom an entry names when a write names this author.</summary>
    protected virtual KnowledgeAuthor AuthorOf(KnowledgeAuthor? given) => given ?? KnowledgeAuthor.Host;

    [Fact]
    public async Task WriteAsync_NewKey_IsReadBackAsWritten()
    {
        var knowledge = await CreateAsync();
        var data = JsonElement.Parse("""{"line": 41}""");

        var written = await knowledge.WriteAsync(new KnowledgeDraft("CA2000", "never disposed") { Tags = ["finding", "bug"], Importance = 0.75, Data = data });

        var read = await knowledge.GetAsync("CA2000");
        Assert.NotNull(read);
        Assert.Equal(("CA2000", "never disposed", 0.75), (read.Key, read.Text, read.Importance));
        Assert.Equal(["finding", "bug"], read.Tags);
        Assert.Equal(41, read.Data!.Value.GetProperty("line").GetInt32());
        Assert.Equal((Time.GetUtcNow(), Time.GetUtcNow()), (read.CreatedAt, read.UpdatedAt));
        Assert.Equal(AuthorOf(null), read.Author);
        Assert.Equal(written.Version, read.Version);
        Assert.True(read.Version >= 1);
    }

    [Fact]
    public async Task TryWriteAsync_WithAuthor_NamesTheAuthor()
    {
        var knowledge = await CreateAsync();

        var change = await knowledge.TryWriteAsync(new KnowledgeDraft("k", "text"), author: Bugs);

        Assert.Equal(AuthorOf(Bugs), change.Entry!.Author);
    }

    [Fact]
    public async Task WriteAsync_ByDefault_DoesNotOverwrite()
    {
        var knowledge = await CreateAsync();
        var first = (await knowledge.TryWriteAsync(new KnowledgeDraft("k", "first"), author: Bugs)).Entry!;

        var conflict = await Assert.ThrowsAsync<KnowledgeConflictException>(async () => await knowledge.WriteAsync(new KnowledgeDraft("k", "second")));

        Assert.Equal("first", (await knowledge.GetAsync("k"))!.Text);
        Assert.Equal(("k", ExpectedVersion.Absent, first.Version, first.Author), (conflict.Key, conflict.Expected, conflict.CurrentVersion, conflict.CurrentAuthor!));
        Assert.Contains("'k'", conflict.Message, StringComparison.Ordinal);
        Assert.Contains(first.Author.ToString(), conflict.Message, StringComparison.Ordinal);
        Assert.Contains($"version {first.Version}", conflict.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("first", conflict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WriteAsync_ExpectingTheCurrentVersion_ReplacesTheEntry()
    {
        var knowledge = await CreateAsync();
        var first = await knowledge.WriteAsync(new KnowledgeDraft("k", "first") { Tags = ["old"] });
        Time.Advance(TimeSpan.FromMinutes(1));

        var second = await knowledge.WriteAsync(new KnowledgeDraft("k", "second"), first.Version);

        var read = (await knowledge.GetAsync("k"))!;
        Assert.Equal(("second", second.Version), (read.Text, read.Version));
        Assert.Empty(read.Tags);
        Assert.True(second.Version > first.Version);
        Assert.Equal(first.CreatedAt, read.CreatedAt);
        Assert.Equal(first.CreatedAt + TimeSpan.FromMinutes(1), read.UpdatedAt);
    }

    [Fact]
    public async Task WriteAsync_ExpectingAnEarlierVersion_IsRefused()
    {
        var knowledge = await CreateAsync();
        var first = await knowledge.WriteAsync(new KnowledgeDraft("k", "first"));
        var second = await knowledge.WriteAsync(new KnowledgeDraft("k", "second"), first.Version);

        var conflict = await Assert.ThrowsAsync<KnowledgeConflictException>(
            async () => await knowledge.WriteAsync(new KnowledgeDraft("k", "third"), first.Version));

        Assert.Equal(second.Version, conflict.CurrentVersion);
        Assert.Equal("second", (await knowledge.GetAsync("k"))!.Text);
    }

    [Fact]
    public async Task WriteAsync_ExpectingAVersionOfARemovedEntry_IsRefused()
    {
        var knowledge = await CreateAsync();
        var first = await knowledge.WriteAsync(new KnowledgeDraft("k", "first"));
        await knowledge.RemoveAsync("k", first.Version);

        var conflict = await Assert.ThrowsAsync<KnowledgeConflictException>(
            async () => await knowledge.WriteAsync(new KnowledgeDraft("k", "second"), first.Version));

        Assert.Equal((0, null), (conflict.CurrentVersion, conflict.CurrentAuthor));
        Assert.Null(await knowledge.GetAsync("k"));
    }

    [Fact]
    public async Task WriteAsync_ExpectingAny_WritesWhateverIsThere()
    {
        var knowledge = await CreateAsync();

        await knowledge.WriteAsync(new KnowledgeDraft("k", "first"), ExpectedVersion.Any);
        await knowledge.WriteAsync(new KnowledgeDraft("k", "second"), ExpectedVersion.Any);

        Assert.Equal("second", (await knowledge.GetAsync("k"))!.Text);
    }

    [Fact]
    public async Task WriteAsync_AfterRemoval_GivesAVersionNobodyHasSeen()
    {
        var knowledge = await CreateAsync();
        var seen = await knowledge.WriteAsync(new KnowledgeDraft("k", "first"));
        await knowledge.RemoveAsync("k", seen.Version);
        Time.Advance(TimeSpan.FromMinutes(1));
        var again = await knowledge.WriteAsync(new KnowledgeDraft("k", "again"));

        var change = await knowledge.TryWriteAsync(new KnowledgeDraft("k", "late"), seen.Version);

        Assert.False(change.Applied);
        Assert.True(again.Version > seen.Version);
        Assert.Equal(Time.GetUtcNow(), again.CreatedAt);
    }

    [Fact]
    public async Task TryAddAsync_WhenThere_GivesTheFirst()
    {
        var knowledge = await CreateAsync();

        var first = await knowledge.TryAddAsync(new KnowledgeDraft("k", "first"));
        var second = await knowledge.TryAddAsync(new KnowledgeDraft("k", "second"));

        Assert.True(first.Applied);
        Assert.False(second.Applied);
        Assert.Equal(first.Entry!.Version, second.Entry!.Version);
        Assert.Equal("first", second.Entry.Text);
    }

    [Fact]
    public async Task TryAddAsync_FromManyAtOnce_AddsOnce()
    {
        var knowledge = await CreateAsync();
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var adders = Enumerable.Range(0, 32).Select(async i =>
        {
            await start.Task;
            return await knowledge.TryAddAsync(new KnowledgeDraft("k", $"from {i}"));
        }).ToArray();

        start.SetResult();
        var changes = await Task.WhenAll(adders);

        var winner = Assert.Single(changes, change => change.Applied);
        Assert.All(changes, change => Assert.Equal(winner.Entry!.Text, change.Entry!.Text));
    }

    [Fact]
    public async Task WriteAsync_FromManyAtOnce_LosesNoUpdate()
    {
        const int Writers = 4;
        const int Increments = 25;
        var knowledge = await CreateAsync();
        await knowledge.WriteAsync(new KnowledgeDraft("count", "0"));

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var done = 0; done < Increments;)
            {
                var seen = (await knowledge.GetAsync("count"))!;
                var next = new KnowledgeDraft("count", $"{int.Parse(seen.Text) + 1}");
                if ((await knowledge.TryWriteAsync(next, seen.Version)).Applied)
                    done++;
            }
        })));

        Assert.Equal($"{Writers * Increments}", (await knowledge.GetAsync("count"))!.Text);
    }

    [Fact]
    public async Task RemoveAsync_ExpectingTheCurrentVersion_Removes()
    {
        var knowledge = await CreateAsync();
        var entry = await knowledge.WriteAsync(new KnowledgeDraft("k", "text"));

        Assert.True(await knowledge.RemoveAsync("k", entry.Version));

        Assert.Null(await knowledge.GetAsync("k"));
        Assert.Empty(await knowledge.ListAsync());
        Assert.Equal(0, (await knowledge.GetStatisticsAsync()).Entries);
    }

    [Fact]
    public async Task RemoveAsync_ExpectingAnEarlierVersion_IsRefused()
    {
        var knowledge = await CreateAsync();
        var first = await knowledge.WriteAsync(new KnowledgeDraft("k", "first"));
        var second = await knowledge.WriteAsync(new KnowledgeDraft("k", "second"), first.Version);

        var conflict = await Assert.ThrowsAsync<KnowledgeConflictException>(async () => await knowledge.RemoveAsync("k", first.Version));

        Assert.Equal(second.Version, conflict.CurrentVersion);
        Assert.NotNull(await knowledge.GetAsync("k"));
    }

    [Fact]
    public async Task RemoveAsync_WhenNothingIsThere_IsFalse()
    {
        var knowledge = await CreateAsync();

        Assert.False(await knowledge.RemoveAsync("k", ExpectedVersion.Any));
        Assert.False(await knowledge.RemoveAsync("k", 3));
        Assert.False(await knowledge.RemoveAsync("k", ExpectedVersion.Absent));
    }

    [Fact]
    public async Task GetAsync_KeysDifferByCase()
    {
        var knowledge = await CreateAsync();
        await knowledge.WriteAsync(new KnowledgeDraft("Key", "upper"));

        Assert.Null(await knowledge.GetAsync("key"));
        Assert.True((await knowledge.TryAddAsync(new KnowledgeDraft("key", "lower"))).Applied);
    }

    [Fact]
    public async Task ListAsync_IsInOrdinalOrderOfKeysAndStaysAsItWas()
    {
        var knowledge = await CreateAsync();
        foreach (var key in new[] { "b", "a", "B", "é", "a/1" })
            await knowledge.WriteAsync(new KnowledgeDraft(key, ""));

        var listed = await knowledge.ListAsync();
        await knowledge.RemoveAsync("a", ExpectedVersion.Any);

        Assert.Equal(["B", "a", "a/1", "b", "é"], listed.Select(entry => entry.Key));
    }

    [Fact]
    public async Task ListAsync_WithFilter_GivesWhatSatisfiesAllOfIt()
    {
        var knowledge = await CreateAsync();
        await knowledge.TryWriteAsync(new KnowledgeDraft("1", "") { Tags = ["x", "y"], Importance = 0.9 }, author: Bugs);
        await knowledge.TryWriteAsync(new KnowledgeDraft("2", "") { Tags = ["x"], Importance = 0.2 }, author: Bugs);
        await knowledge.TryWriteAsync(new KnowledgeDraft("3", "") { Tags = ["X"], Importance = 0.9 });

        Assert.Equal(["1", "2"], await KeysAsync(new KnowledgeFilter { Tags = ["x"] }));
        Assert.Equal(["1"], await KeysAsync(new KnowledgeFilter { Tags = ["y", "x"] }));
        Assert.Equal(["1", "3"], await KeysAsync(new KnowledgeFilter { MinImportance = 0.9 }));
        Assert.Equal(await KeysWhereAsync(author => author.Id == Bugs.Id), await KeysAsync(new KnowledgeFilter { AuthorId = Bugs.Id }));
        Assert.Equal(await KeysWhereAsync(author => author.Name == "host"), await KeysAsync(new KnowledgeFilter { AuthorName = "host" }));
        Assert.Empty(await KeysAsync(new KnowledgeFilter { Tags = ["x"], AuthorName = "nobody" }));

        async Task<string[]> KeysAsync(KnowledgeFilter filter) => [.. (await knowledge.ListAsync(filter)).Select(entry => entry.Key)];
        async Task<string[]> KeysWhereAsync(Func<KnowledgeAuthor, bool> predicate) =>
            [.. (await knowledge.ListAsync()).Where(entry => predicate(entry.Author)).Select(entry => entry.Key)];
    }

    [Fact]
    public async Task GetStatisticsAsync_CountsEntriesAndBytes()
    {
        var knowledge = await CreateAsync();
        await knowledge.WriteAsync(new KnowledgeDraft("a", "text"));
        await knowledge.WriteAsync(new KnowledgeDraft("b", "text"));
        await knowledge.WriteAsync(new KnowledgeDraft("b", "more text"), ExpectedVersion.Any);

        var statistics = await knowledge.GetStatisticsAsync();

        Assert.Equal((2, 0), (statistics.Entries, statistics.Evicted));
        Assert.True(statistics.Bytes > 0);
        Assert.True(statistics.Bytes <= (statistics.MaxBytes ?? long.MaxValue));
    }

    [Fact]
    public async Task EveryMember_WithCancelledToken_ThrowsAndChangesNothing()
    {
        var knowledge = await CreateAsync();
        await knowledge.WriteAsync(new KnowledgeDraft("k", "text"));
        var cancelled = new CancellationToken(canceled: true);

        await Cancelled(async () => await knowledge.TryWriteAsync(new KnowledgeDraft("new", "text"), cancellationToken: cancelled));
        await Cancelled(async () => await knowledge.TryRemoveAsync("k", ExpectedVersion.Any, cancelled));
        await Cancelled(async () => await knowledge.GetAsync("k", cancelled));
        await Cancelled(async () => await knowledge.ListAsync(cancellationToken: cancelled));
        await Cancelled(async () => await knowledge.SearchAsync("text", cancellationToken: cancelled));
        await Cancelled(async () => await knowledge.GetStatisticsAsync(cancelled));

        Assert.Equal(["k"], (await knowledge.ListAsync()).Select(entry => entry.Key));

        async Task Cancelled(Func<Task> call) =>
            Assert.Equal(cancelled, (await Assert.ThrowsAnyAsync<OperationCanceledException>(call)).CancellationToken);
    }

    [Fact]
    public async Task EveryMember_WithoutItsArgument_Throws()
    {
        var knowledge = await CreateAsync();

        await Assert.ThrowsAsync<ArgumentNullException>(async () => await knowledge.TryWriteAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await knowledge.TryRemoveAsync(null!, ExpectedVersion.Any));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await knowledge.GetAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(async () => await knowledge.SearchAsync(null!));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await knowledge.SearchAsync("text", limit: 0));
    }
}
