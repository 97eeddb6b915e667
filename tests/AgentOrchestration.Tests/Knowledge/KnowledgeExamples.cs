using AgentOrchestration.Knowledge;
using NSubstitute;

namespace AgentOrchestration.Tests.Knowledge;

/// <summary>The examples of docs/concepts/knowledge.md, word for word between set-up and check.</summary>
public sealed class KnowledgeExamples
{
    private readonly InMemoryKnowledgeBase _shared = new(1 << 20, TimeProvider.System);
    private readonly IAgentOrchestrator orchestrator = Substitute.For<IAgentOrchestrator>();
    private readonly CancellationToken cancellationToken = TestContext.Current.CancellationToken;

    public KnowledgeExamples() => orchestrator.Knowledge.Returns(_shared);

    [Fact]
    public async Task ReportAFindingOnce()
    {
        var reports = new List<string>();
        foreach (var name in new[] { "bugs", "docs" })
        {
            var context = new Context(new AuthoredKnowledgeBase(_shared, new AgentId(1, 1), name), reports.Add);
            var draft = new KnowledgeDraft("CA2000:src/Auth.cs:41", "Stream is never disposed") { Tags = ["finding"], Importance = 0.8 };
            var added = await context.Knowledge.TryAddAsync(draft, cancellationToken);
            if (!added.Applied)
                context.Report($"already found by {added.Entry!.Author.Name}");
        }

        Assert.Equal(["already found by bugs"], reports);
    }

    [Fact]
    public async Task ChangeWhatIsThere()
    {
        var context = new Context(_shared, _ => { });
        await _shared.WriteAsync(new KnowledgeDraft("summary", "One bug."), cancellationToken: cancellationToken);

        var seen = await context.Knowledge.GetAsync("summary", cancellationToken);
        if (seen is not null)
        {
            var revised = seen.ToDraft() with { Text = seen.Text + " And two missing tests." };
            await context.Knowledge.WriteAsync(revised, seen.Version, cancellationToken);   // KnowledgeConflictException if somebody wrote in between
        }

        Assert.Equal("One bug. And two missing tests.", (await _shared.GetAsync("summary", cancellationToken))!.Text);
    }

    [Fact]
    public async Task FindItAgain()
    {
        var draft = new KnowledgeDraft("CA2000:src/Auth.cs:41", "Dispose the HttpClient") { Tags = ["finding"] };
        await _shared.WriteAsync(draft, cancellationToken: cancellationToken);

        var matches = await orchestrator.Knowledge.SearchAsync("dispose HttpClient", new KnowledgeFilter { Tags = ["finding"] }, limit: 5);
        foreach (var match in matches)
            Console.WriteLine($"{match.Score:F2} {match.Entry.Key} by {match.Entry.Author.Name}: {string.Join(", ", match.MatchedTerms)}");

        Assert.Equal(["client", "dispose", "http", "httpclient"], Assert.Single(matches).MatchedTerms);
    }

    /// <summary>As much of an agent's context as the examples use.</summary>
    private sealed record Context(IKnowledgeBase Knowledge, Action<string> Report);
}
