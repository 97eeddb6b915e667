using AgentOrchestration.Knowledge;

namespace AgentOrchestration.Tests.Knowledge;

[Trait("Category", "Stress")]
public sealed class KnowledgeBaseStress
{
    [Fact]
    public async Task ManyWriters_NeverExceedTheBoundAndLeaveNothingBehind()
    {
        const int Workers = 8;
        const int Operations = 4_000;
        const long MaxBytes = 64 * 1024;
        var knowledge = new InMemoryKnowledgeBase(MaxBytes, TimeProvider.System);

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(knowledge, new Random(worker), Operations))));

        var full = await knowledge.GetStatisticsAsync();
        Assert.True(full.Evicted > 0, "The base was never full: the test proves nothing.");
        Assert.Equal(full, await (await CopyAsync(knowledge, full)).GetStatisticsAsync() with { Evicted = full.Evicted });

        foreach (var entry in await knowledge.ListAsync())
            Assert.True(await knowledge.RemoveAsync(entry.Key, entry.Version));
        Assert.Equal((0, 0), knowledge.IndexSize);
        Assert.Equal(0, (await knowledge.GetStatisticsAsync()).Bytes);
    }

    private static async Task WorkAsync(InMemoryKnowledgeBase knowledge, Random random, int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            var key = $"key{random.Next(400)}";
            switch (random.Next(8))
            {
                case 0:
                    await knowledge.TryRemoveAsync(key, ExpectedVersion.Any);
                    break;
                case 1:
                    var matches = await knowledge.SearchAsync($"word{random.Next(50)} commonTerm", limit: 5);
                    Assert.All(matches, match => Assert.NotEmpty(match.MatchedTerms));
                    break;
                case 2:
                    await knowledge.TryAddAsync(Draft(key, random));
                    break;
                default:
                    var change = await knowledge.TryWriteAsync(Draft(key, random), ExpectedVersion.Any);
                    Assert.True(change.Applied);
                    break;
            }

            var statistics = await knowledge.GetStatisticsAsync();
            Assert.InRange(statistics.Bytes, 0, statistics.MaxBytes!.Value);
        }
    }

    private static KnowledgeDraft Draft(string key, Random random) =>
        new(key, string.Join(' ', Enumerable.Range(0, random.Next(40)).Select(_ => $"word{random.Next(50)}")) + " commonTerm")
        {
            Tags = [$"tag{random.Next(5)}"],
            Importance = random.Next(5) / 4.0,
        };

    // What is left, written to a fresh base: it must take the same bytes there, or the accounting has drifted.
    private static async Task<InMemoryKnowledgeBase> CopyAsync(InMemoryKnowledgeBase source, KnowledgeStatistics statistics)
    {
        var copy = new InMemoryKnowledgeBase(statistics.MaxBytes!.Value, TimeProvider.System);
        foreach (var entry in await source.ListAsync())
            await copy.WriteAsync(entry.ToDraft());
        return copy;
    }
}
