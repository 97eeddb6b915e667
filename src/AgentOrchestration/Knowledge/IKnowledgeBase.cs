namespace AgentOrchestration;

/// <summary>What agents share: entries under keys, versioned so that nobody overwrites what he has not seen, and found again by ranked search.</summary>
/// <remarks>
/// <para>Every member is safe for any number of concurrent callers, and each call is atomic: a list or a search sees the base at one instant. The conveniences
/// <see cref="KnowledgeBaseExtensions.WriteAsync"/>, <see cref="KnowledgeBaseExtensions.TryAddAsync"/> and
/// <see cref="KnowledgeBaseExtensions.RemoveAsync"/> stand on these members.</para>
/// <para>A cancelled call throws <see cref="OperationCanceledException"/> and may or may not have been applied; with the base that comes with the library it was not.
/// Keys are compared ordinally, case-sensitively. They are names, not content: they appear in exception messages.</para>
/// <para>Implementers: the rules that must be the same everywhere are <see cref="ExpectedVersion.Allows"/> and <see cref="KnowledgeFilter.Matches"/>.</para>
/// </remarks>
/// <example>
/// <code>
/// var added = await context.Knowledge.TryAddAsync(new KnowledgeDraft("CA2000:src/Auth.cs:41", "Stream is never disposed") { Tags = ["finding"] });
/// if (added.Applied) Report(added.Entry!);   // else another agent found it first
/// </code>
/// </example>
public interface IKnowledgeBase
{
    /// <summary>Writes an entry if the key is in the expected state.</summary>
    /// <param name="draft">What to write; it replaces the whole entry.</param>
    /// <param name="expected">What the writer has seen under the key. Default: nothing, so that an existing entry is not overwritten.</param>
    /// <param name="author">Who writes; null for <see cref="KnowledgeAuthor.Host"/>. <see cref="AgentContext.Knowledge"/> ignores it and names the agent.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// Applied, with the entry as written and how many others went to make room; or not applied, with the entry that is there instead
    /// (null: a version was expected and there is none, because it was removed or evicted).
    /// </returns>
    /// <exception cref="ArgumentException">The entry alone is larger than the base may be; nothing was changed.</exception>
    ValueTask<KnowledgeChange> TryWriteAsync(
        KnowledgeDraft draft, ExpectedVersion expected = default, KnowledgeAuthor? author = null, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry if it is in the expected state.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expected">The version the caller has seen, or <see cref="ExpectedVersion.Any"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Applied, with the entry that was removed; or not applied, with the entry that is there (null: there is none).</returns>
    ValueTask<KnowledgeChange> TryRemoveAsync(string key, ExpectedVersion expected, CancellationToken cancellationToken = default);

    /// <summary>The entry under a key; null if there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<KnowledgeEntry?> GetAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>All entries that a filter lets through, in ordinal order of their keys.</summary>
    /// <param name="filter">Which entries; null for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A list of its own, which later changes do not touch.</returns>
    ValueTask<IReadOnlyList<KnowledgeEntry>> ListAsync(KnowledgeFilter? filter = null, CancellationToken cancellationToken = default);

    /// <summary>The entries that match a query best. Key, text and tags are searched; an entry matches if it has at least one of the query's terms.</summary>
    /// <param name="query">Words or identifiers, in any order and case; not a query language. A query without a letter or digit finds nothing.</param>
    /// <param name="filter">Which entries; null for all.</param>
    /// <param name="limit">The most matches to return, from 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>By falling score; equal scores by falling importance, then the one written last first. The same base and query give the same list.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is less than 1.</exception>
    ValueTask<IReadOnlyList<KnowledgeMatch>> SearchAsync(
        string query, KnowledgeFilter? filter = null, int limit = 10, CancellationToken cancellationToken = default);

    /// <summary>How full the base is, at this instant.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    ValueTask<KnowledgeStatistics> GetStatisticsAsync(CancellationToken cancellationToken = default);
}
