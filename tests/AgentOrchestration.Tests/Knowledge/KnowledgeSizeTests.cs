using System.Text.Json;
using AgentOrchestration.Knowledge;

namespace AgentOrchestration.Tests.Knowledge;

[CollectionDefinition(nameof(KnowledgeSizeTests), DisableParallelization = true)]
public sealed class KnowledgeSizeCollection;

/// <summary>Runs alone, because it measures the heap.</summary>
[Collection(nameof(KnowledgeSizeTests))]
[Trait("Category", "Stress")]
public sealed class KnowledgeSizeTests
{
    [Theory]
    [InlineData(20_000, 2, false)]
    [InlineData(10_000, 25, false)]
    [InlineData(10_000, 10, true)]
    [InlineData(500, 1_500, false)]
    public async Task Statistics_SayWhatTheHeapHolds(int entries, int words, bool withData)
    {
        var random = new Random(1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var knowledge = new InMemoryKnowledgeBase(1L << 31, TimeProvider.System);
        for (var i = 0; i < entries; i++)
            await knowledge.TryAddAsync(Draft(i, words, withData, random));

        var taken = GC.GetTotalMemory(forceFullCollection: true) - before;

        // It may promise too much by little and too little by more: the bound is an upper one.
        Assert.InRange(taken / (double)(await knowledge.GetStatisticsAsync()).Bytes, 0.8, 1.1);
        GC.KeepAlive(knowledge);
    }

    private static KnowledgeDraft Draft(int i, int words, bool withData, Random random) =>
        new($"CA{i % 100}:src/Some/Folder/File{i % 300}.cs:{i}", string.Join(' ', Enumerable.Range(0, words).Select(_ => Word(random))))
        {
            Tags = ["finding", i % 2 == 0 ? "bug" : "performance"],
            Data = withData ? JsonElement.Parse($$"""{"file": "src/x.cs", "line": {{i}}, "more": [1, 2, 3, 4, 5, 6]}""") : null,
        };

    // Common words are common, as in any language.
    private static string Word(Random random) => $"word{Convert.ToString((int)(20_000 * Math.Pow(random.NextDouble(), 3)), 16)}";
}
