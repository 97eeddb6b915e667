using AgentOrchestration.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Llm.Tests.Knowledge;

public sealed class EmbeddingKnowledgeTests
{
    [Fact]
    public async Task Search_FindsByMeaningWhatWordsDoNot_AndRanksFirstWhatBothFind()
    {
        var generator = new Topics();
        await using var orchestrator = AgentOrchestrator.Create(options => options.UseEmbeddings(generator));
        await orchestrator.Knowledge.WriteAsync(new KnowledgeDraft("cat", "The cat sleeps"));
        await orchestrator.Knowledge.WriteAsync(new KnowledgeDraft("kitten", "A kitten plays"));
        await orchestrator.Knowledge.WriteAsync(new KnowledgeDraft("invoice", "The invoice is due"));

        var found = await orchestrator.Knowledge.SearchAsync("cat");

        Assert.Equal(["cat", "kitten"], found.Select(static match => match.Entry.Key));
        Assert.Equal(["cat"], found[0].MatchedTerms);
        Assert.Empty(found[1].MatchedTerms);
        Assert.True(found[0].Score > found[1].Score);
    }

    [Fact]
    public async Task AnEntry_IsEmbeddedOnce_AndAgainWhenItChanges()
    {
        var generator = new Topics();
        await using var orchestrator = AgentOrchestrator.Create(options => options.UseEmbeddings(generator));
        var entry = await orchestrator.Knowledge.WriteAsync(new KnowledgeDraft("a", "The cat sleeps"));
        Assert.Empty(generator.Embedded);

        await orchestrator.Knowledge.SearchAsync("money");
        await orchestrator.Knowledge.SearchAsync("money");
        Assert.Equal(["The cat sleeps ", "money", "money"], generator.Embedded);

        await orchestrator.Knowledge.WriteAsync(new KnowledgeDraft("a", "The invoice is due"), entry.Version);
        var found = await orchestrator.Knowledge.SearchAsync("money");

        Assert.Equal("a", Assert.Single(found).Entry.Key);
        Assert.Contains("The invoice is due ", generator.Embedded);
    }

    [Fact]
    public async Task FilterAndLimit_HoldForMeaningToo()
    {
        await using var orchestrator = AgentOrchestrator.Create(static options => options.UseEmbeddings(new Topics()));
        for (var i = 0; i < 5; i++)
        {
            await orchestrator.Knowledge.WriteAsync(new KnowledgeDraft($"kitten {i}", "A kitten plays") { Tags = [i % 2 == 0 ? "even" : "odd"] });
        }

        var found = await orchestrator.Knowledge.SearchAsync("cat", new KnowledgeFilter { Tags = ["odd"] }, limit: 1);
        var all = await orchestrator.Knowledge.SearchAsync("cat", new KnowledgeFilter { Tags = ["odd"] });

        Assert.Single(found);
        Assert.Equal(["kitten 1", "kitten 3"], all.Select(static match => match.Entry.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task AGeneratorThatFails_LeavesTheSearchByWords_AndIsLogged()
    {
        var logs = new FakeLogCollector();
        var services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(logs)))
            .AddSingleton<ILlmRouter>(new ScriptedModel("unused"))
            .AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new Topics { Failure = new HttpRequestException("down") });
        services.AddAgentOrchestration().AddLlm().AddLlm();
        await using var provider = services.BuildServiceProvider();
        var knowledge = provider.GetRequiredService<IAgentOrchestrator>().Knowledge;
        await knowledge.WriteAsync(new KnowledgeDraft("cat", "The cat sleeps"));

        var found = await knowledge.SearchAsync("cat");

        Assert.Equal("cat", Assert.Single(found).Entry.Key);
        Assert.Equal(105, Assert.Single(logs.GetSnapshot(), static record => record.Level == LogLevel.Warning).Id.Id);
    }

    [Fact]
    public async Task WhatIsRemoved_IsForgotten()
    {
        var generator = new Topics();
        await using var orchestrator = AgentOrchestrator.Create(options => options.UseEmbeddings(generator));
        await orchestrator.Knowledge.WriteAsync(new KnowledgeDraft("kitten", "A kitten plays"));
        Assert.Single(await orchestrator.Knowledge.SearchAsync("cat"));

        await orchestrator.Knowledge.RemoveAsync("kitten", ExpectedVersion.Any);

        Assert.Empty(await orchestrator.Knowledge.SearchAsync("cat"));
    }

    // Knows two topics, by their words.
    private sealed class Topics : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<string> Embedded { get; } = [];

        public Exception? Failure { get; init; }

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            if (Failure is not null)
            {
                throw Failure;
            }

            var texts = values.ToList();
            Embedded.AddRange(texts);
            return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(texts.Select(static text => new Embedding<float>(new[] { Has(text, "cat", "kitten"), Has(text, "invoice", "money") }))));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }

        private static float Has(string text, params string[] words) => words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) ? 1 : 0.01f;
    }
}
