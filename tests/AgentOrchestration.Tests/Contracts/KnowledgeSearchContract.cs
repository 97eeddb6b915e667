namespace AgentOrchestration.Tests.Contracts;

/// <summary>What every knowledge base promises about search by words. Its own class, because a base that searches by meaning promises less.</summary>
public abstract class KnowledgeSearchContract : KnowledgeBaseContract
{
    [Fact]
    public async Task SearchAsync_RarerTerm_RanksHigher()
    {
        var knowledge = await CreateAsync();
        await AddAsync(knowledge, ("1", "lock table"), ("2", "lock queue"), ("3", "lock gate"), ("4", "slot gate"));

        var matches = await knowledge.SearchAsync("lock slot");

        Assert.Equal("4", matches[0].Entry.Key);
        Assert.Equal(4, matches.Count);
    }

    [Fact]
    public async Task SearchAsync_MoreOccurrencesInEqualLength_RankHigher()
    {
        var knowledge = await CreateAsync();
        await AddAsync(knowledge, ("1", "lock held here now"), ("2", "lock lock here now"), ("3", "nothing of the kind"));

        Assert.Equal(["2", "1"], await KeysAsync(knowledge, "lock"));
    }

    [Fact]
    public async Task SearchAsync_ShorterText_RanksHigher()
    {
        var knowledge = await CreateAsync();
        await AddAsync(knowledge, ("1", "lock among a good many other words that dilute it"), ("2", "lock"), ("3", "other"));

        Assert.Equal(["2", "1"], await KeysAsync(knowledge, "lock"));
    }

    [Fact]
    public async Task SearchAsync_SaysWhichTermsMatched()
    {
        var knowledge = await CreateAsync();
        await AddAsync(knowledge, ("1", "Stream leaks"));

        var match = Assert.Single(await knowledge.SearchAsync("stream LEAKS elsewhere"));

        Assert.Equal(["leaks", "stream"], match.MatchedTerms);
        Assert.True(match.Score > 0);
    }

    [Theory]
    [InlineData("httpclient")]
    [InlineData("HttpClient")]
    [InlineData("client")]
    [InlineData("http_client")]
    [InlineData("retries")]
    [InlineData("max_retries")]
    [InlineData("src auth")]
    [InlineData("security")]
    [InlineData("größe")]
    public async Task SearchAsync_FindsIdentifiersTheirPartsKeysAndTags(string query)
    {
        var knowledge = await CreateAsync();
        await knowledge.WriteAsync(new KnowledgeDraft("src/Auth.cs", "HttpClient has max_retries, Größe") { Tags = ["security"] });

        Assert.Equal(["src/Auth.cs"], await KeysAsync(knowledge, query));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" -- ' \" * () :")]
    [InlineData("absent")]
    public async Task SearchAsync_WithoutAnyTermThatIsThere_FindsNothing(string query)
    {
        var knowledge = await CreateAsync();
        await AddAsync(knowledge, ("1", "text"));

        Assert.Empty(await knowledge.SearchAsync(query));
    }

    [Theory]
    [InlineData("lock AND NOT")]
    [InlineData("\"lock")]
    [InlineData("lock* OR (")]
    [InlineData("text:lock")]
    public async Task SearchAsync_TakesOperatorsAsWords(string query)
    {
        var knowledge = await CreateAsync();
        await AddAsync(knowledge, ("1", "lock"));

        Assert.Equal(["1"], await KeysAsync(knowledge, query));
    }

    [Fact]
    public async Task SearchAsync_EqualScores_GoByImportanceThenRecency()
    {
        var knowledge = await CreateAsync();
        foreach (var (key, importance) in new[] { ("a", 0.5), ("b", 0.9), ("c", 0.5), ("d", 0.1) })
            await knowledge.WriteAsync(new KnowledgeDraft(key, "lock") { Importance = importance });

        Assert.Equal(["b", "c", "a", "d"], await KeysAsync(knowledge, "lock"));
        Assert.Equal(["b", "c"], await KeysAsync(knowledge, "lock", limit: 2));
    }

    [Fact]
    public async Task SearchAsync_WithFilter_LimitsWhatPassesIt()
    {
        var knowledge = await CreateAsync();
        await knowledge.WriteAsync(new KnowledgeDraft("best", "lock") { Importance = 1 });
        await knowledge.WriteAsync(new KnowledgeDraft("tagged", "lock and more") { Tags = ["x"] });

        Assert.Equal(["tagged"], await KeysAsync(knowledge, "lock", new KnowledgeFilter { Tags = ["x"] }, limit: 1));
        Assert.Equal(["best"], await KeysAsync(knowledge, "lock", new KnowledgeFilter { MinImportance = 0.9 }));
    }

    [Fact]
    public async Task SearchAsync_AfterAnUpdate_FindsTheNewTextOnly()
    {
        var knowledge = await CreateAsync();
        await AddAsync(knowledge, ("1", "before"));

        await knowledge.WriteAsync(new KnowledgeDraft("1", "after"), ExpectedVersion.Any);

        Assert.Empty(await knowledge.SearchAsync("before"));
        Assert.Equal(["1"], await KeysAsync(knowledge, "after"));
    }

    [Fact]
    public async Task SearchAsync_AfterARemoval_DoesNotFindIt()
    {
        var knowledge = await CreateAsync();
        await AddAsync(knowledge, ("1", "lock"), ("2", "lock"));

        await knowledge.RemoveAsync("1", ExpectedVersion.Any);

        Assert.Equal(["2"], await KeysAsync(knowledge, "lock"));
    }

    private static async Task AddAsync(IKnowledgeBase knowledge, params (string Key, string Text)[] entries)
    {
        foreach (var (key, text) in entries)
            await knowledge.WriteAsync(new KnowledgeDraft(key, text));
    }

    private static async Task<string[]> KeysAsync(IKnowledgeBase knowledge, string query, KnowledgeFilter? filter = null, int limit = 10) =>
        [.. (await knowledge.SearchAsync(query, filter, limit)).Select(match => match.Entry.Key)];
}
