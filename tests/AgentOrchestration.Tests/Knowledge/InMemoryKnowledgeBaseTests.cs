using AgentOrchestration.Knowledge;
using AgentOrchestration.Tests.Contracts;
using NSubstitute;

namespace AgentOrchestration.Tests.Knowledge;

public sealed class InMemoryKnowledgeBaseTests : KnowledgeSearchContract
{
    [Fact]
    public async Task WriteAsync_LargerThanTheBase_ThrowsAndChangesNothing()
    {
        var knowledge = new InMemoryKnowledgeBase(4096, Time);
        await knowledge.WriteAsync(new KnowledgeDraft("k", "text"));
        var before = await knowledge.GetStatisticsAsync();
        var large = new KnowledgeDraft("k", new string('x', 4096));

        await Assert.ThrowsAsync<ArgumentException>(async () => await knowledge.WriteAsync(large, ExpectedVersion.Any));

        Assert.Equal(before, await knowledge.GetStatisticsAsync());
        Assert.Equal("text", (await knowledge.GetAsync("k"))!.Text);
    }

    [Fact]
    public async Task WriteAsync_ExactlyAsLargeAsTheBase_Fits()
    {
        var draft = new KnowledgeDraft("k", "exactly this") { Tags = ["tag"] };
        var bytes = await BytesOfAsync(draft);

        Assert.True((await new InMemoryKnowledgeBase(bytes, Time).TryAddAsync(draft)).Applied);
        await Assert.ThrowsAsync<ArgumentException>(async () => await new InMemoryKnowledgeBase(bytes - 1, Time).TryAddAsync(draft));
    }

    [Fact]
    public async Task WriteAsync_WhenFull_EvictsTheLeastImportantThenTheOldest()
    {
        var knowledge = await FullBaseAsync(("a", 0.5), ("b", 0.2), ("c", 0.9), ("d", 0.2));

        var evictedByFirst = await AddAndListGoneAsync(knowledge, "e", 0.9);
        var evictedBySecond = await AddAndListGoneAsync(knowledge, "f", 0.9);
        var evictedByThird = await AddAndListGoneAsync(knowledge, "g", 0.9);

        Assert.Equal("b", evictedByFirst);
        Assert.Equal("d", evictedBySecond);
        Assert.Equal("a", evictedByThird);
        Assert.Equal(3, (await knowledge.GetStatisticsAsync()).Evicted);
    }

    [Fact]
    public async Task WriteAsync_AnUpdate_MakesAnEntryYoungAndAReadDoesNot()
    {
        var knowledge = await FullBaseAsync(("a", 0.5), ("b", 0.5), ("c", 0.5));
        await knowledge.WriteAsync((await knowledge.GetAsync("a"))!.ToDraft(), ExpectedVersion.Any);
        await knowledge.GetAsync("b");

        Assert.Equal("b", await AddAndListGoneAsync(knowledge, "d", 0.5));
    }

    [Fact]
    public async Task WriteAsync_TheLeastImportantEntry_IsNotEvictedByItself()
    {
        var knowledge = await FullBaseAsync(("a", 0.9), ("b", 0.8));

        Assert.Equal("b", await AddAndListGoneAsync(knowledge, "c", 0));
        Assert.NotNull(await knowledge.GetAsync("c"));
    }

    [Fact]
    public async Task WriteAsync_AnEntryThatGrows_EvictsTheOthersOnly()
    {
        var knowledge = await FullBaseAsync(("a", 0.1), ("b", 0.9), ("c", 0.9));

        var change = await knowledge.TryWriteAsync(new KnowledgeDraft("a", new string('x', 300)), ExpectedVersion.Any);

        Assert.True(change.Applied);
        Assert.True(change.Evicted >= 1);
        Assert.NotNull(await knowledge.GetAsync("a"));
    }

    [Fact]
    public async Task WriteAsync_OneThatFillsTheBase_EvictsAllOthers()
    {
        var large = new KnowledgeDraft("large", string.Join(' ', Enumerable.Range(0, 100).Select(i => $"word{i}")));
        var knowledge = new InMemoryKnowledgeBase(await BytesOfAsync(large), Time);
        for (var i = 0; (await knowledge.TryAddAsync(new KnowledgeDraft($"small{i}", "word1"))).Evicted == 0; i++)
        {
        }

        var small = (await knowledge.GetStatisticsAsync()).Entries;
        var change = await knowledge.TryAddAsync(large);

        Assert.Equal(small, change.Evicted);
        Assert.Equal(["large"], (await knowledge.ListAsync()).Select(entry => entry.Key));
    }

    [Fact]
    public async Task RemoveAsync_Everything_LeavesNothingBehind()
    {
        var knowledge = new InMemoryKnowledgeBase(1 << 20, Time);
        for (var i = 0; i < 100; i++)
            await knowledge.WriteAsync(new KnowledgeDraft($"key{i % 40}", $"text {i} sharedTerm {i % 7}") { Tags = [$"tag{i % 3}"] }, ExpectedVersion.Any);

        foreach (var entry in await knowledge.ListAsync())
            await knowledge.RemoveAsync(entry.Key, entry.Version);

        Assert.Equal((0, 0), knowledge.IndexSize);
        Assert.Equal(new KnowledgeStatistics(0, 0, 1 << 20, 0), await knowledge.GetStatisticsAsync());
    }

    [Fact]
    public async Task WriteAsync_WhenTheClockGoesBack_KeepsTheLaterTime()
    {
        var late = new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var time = Substitute.For<TimeProvider>();
        time.GetUtcNow().Returns(late, late.AddHours(-1));
        var knowledge = new InMemoryKnowledgeBase(1 << 20, time);
        var first = await knowledge.WriteAsync(new KnowledgeDraft("k", "first"));

        var second = await knowledge.WriteAsync(new KnowledgeDraft("k", "second"), first.Version);

        Assert.Equal((late, late), (second.CreatedAt, second.UpdatedAt));
    }

    protected override ValueTask<IKnowledgeBase> CreateAsync() => ValueTask.FromResult<IKnowledgeBase>(new InMemoryKnowledgeBase(1 << 20, Time));

    // Each entry has one letter as key and one term of its own, so that all take the same and one more fits only if one goes.
    private async Task<InMemoryKnowledgeBase> FullBaseAsync(params (string Key, double Importance)[] entries)
    {
        var knowledge = new InMemoryKnowledgeBase(entries.Length * await BytesOfAsync(new KnowledgeDraft("k", "")), Time);
        foreach (var (key, importance) in entries)
            Assert.Equal(0, (await knowledge.TryAddAsync(new KnowledgeDraft(key, "") { Importance = importance })).Evicted);
        return knowledge;
    }

    private async Task<long> BytesOfAsync(KnowledgeDraft draft)
    {
        var scratch = new InMemoryKnowledgeBase(1 << 20, Time);
        await scratch.WriteAsync(draft);
        return (await scratch.GetStatisticsAsync()).Bytes;
    }

    private static async Task<string> AddAndListGoneAsync(InMemoryKnowledgeBase knowledge, string key, double importance)
    {
        var before = (await knowledge.ListAsync()).Select(entry => entry.Key).ToArray();
        var change = await knowledge.TryAddAsync(new KnowledgeDraft(key, "") { Importance = importance });
        var after = (await knowledge.ListAsync()).Select(entry => entry.Key);
        var gone = before.Except(after).ToArray();
        Assert.Equal(change.Evicted, gone.Length);
        return string.Join(',', gone);
    }
}
