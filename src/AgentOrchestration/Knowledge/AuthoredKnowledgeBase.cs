namespace AgentOrchestration.Knowledge;

/// <summary>The knowledge base as one agent sees it: whatever it writes carries its id and name, whoever it claims to be.</summary>
internal sealed class AuthoredKnowledgeBase(IKnowledgeBase inner, AgentId id, string name) : IKnowledgeBase
{
    private readonly KnowledgeAuthor _author = new(id, name);

    public ValueTask<KnowledgeChange> TryWriteAsync(
        KnowledgeDraft draft, ExpectedVersion expected = default, KnowledgeAuthor? author = null, CancellationToken cancellationToken = default) =>
        inner.TryWriteAsync(draft, expected, _author, cancellationToken);

    public ValueTask<KnowledgeChange> TryRemoveAsync(string key, ExpectedVersion expected, CancellationToken cancellationToken = default) =>
        inner.TryRemoveAsync(key, expected, cancellationToken);

    public ValueTask<KnowledgeEntry?> GetAsync(string key, CancellationToken cancellationToken = default) => inner.GetAsync(key, cancellationToken);

    public ValueTask<IReadOnlyList<KnowledgeEntry>> ListAsync(KnowledgeFilter? filter = null, CancellationToken cancellationToken = default) =>
        inner.ListAsync(filter, cancellationToken);

    public ValueTask<IReadOnlyList<KnowledgeMatch>> SearchAsync(
        string query, KnowledgeFilter? filter = null, int limit = 10, CancellationToken cancellationToken = default) =>
        inner.SearchAsync(query, filter, limit, cancellationToken);

    public ValueTask<KnowledgeStatistics> GetStatisticsAsync(CancellationToken cancellationToken = default) => inner.GetStatisticsAsync(cancellationToken);
}
