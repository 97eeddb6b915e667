using AgentOrchestration.Knowledge;
using AgentOrchestration.Tests.Contracts;

namespace AgentOrchestration.Tests.Knowledge;

public sealed class AuthoredKnowledgeBaseTests : KnowledgeSearchContract
{
    private static readonly AgentId Id = new(7, 42);

    [Fact]
    public async Task TryWriteAsync_InAnotherName_NamesTheAgent()
    {
        var inner = new InMemoryKnowledgeBase(1 << 20, Time);
        var knowledge = new AuthoredKnowledgeBase(inner, Id, "docs");

        await knowledge.TryWriteAsync(new KnowledgeDraft("k", "text"), author: KnowledgeAuthor.Host);

        Assert.Equal(new KnowledgeAuthor(Id, "docs"), (await inner.GetAsync("k"))!.Author);
    }

    [Fact]
    public async Task WriteAsync_OverAnotherAuthor_TakesTheEntryOver()
    {
        var inner = new InMemoryKnowledgeBase(1 << 20, Time);
        var fromHost = await inner.WriteAsync(new KnowledgeDraft("k", "from the host"));

        await new AuthoredKnowledgeBase(inner, Id, "docs").WriteAsync(fromHost.ToDraft() with { Text = "revised" }, fromHost.Version);

        Assert.Equal("docs", (await inner.GetAsync("k"))!.Author.Name);
        Assert.Single(await inner.ListAsync(new KnowledgeFilter { AuthorId = Id }));
    }

    protected override ValueTask<IKnowledgeBase> CreateAsync() =>
        ValueTask.FromResult<IKnowledgeBase>(new AuthoredKnowledgeBase(new InMemoryKnowledgeBase(1 << 20, Time), Id, "docs"));

    protected override KnowledgeAuthor AuthorOf(KnowledgeAuthor? given) => new(Id, "docs");
}
