namespace AgentOrchestration;

/// <summary>Everyday forms of the members of <see cref="IKnowledgeBase"/>.</summary>
public static class KnowledgeBaseExtensions
{
    /// <summary>Writes an entry, or throws if the key is not in the expected state.</summary>
    /// <param name="knowledge">The base.</param>
    /// <param name="draft">What to write; it replaces the whole entry.</param>
    /// <param name="expected">What the writer has seen under the key. Default: nothing, so that an existing entry is not overwritten.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The entry as written.</returns>
    /// <exception cref="KnowledgeConflictException">Another version is there, or none where one was expected.</exception>
    /// <exception cref="ArgumentException">The entry alone is larger than the base may be.</exception>
    public static async ValueTask<KnowledgeEntry> WriteAsync(
        this IKnowledgeBase knowledge, KnowledgeDraft draft, ExpectedVersion expected = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(knowledge);
        var change = await knowledge.TryWriteAsync(draft, expected, author: null, cancellationToken).ConfigureAwait(false);
        return change is { Applied: true, Entry: { } entry } ? entry : throw new KnowledgeConflictException(draft.Key, expected, change.Entry);
    }

    /// <summary>Adds an entry if there is none under its key: of any number of agents that find the same, one adds it and the others learn who did.</summary>
    /// <param name="knowledge">The base.</param>
    /// <param name="draft">What to add.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>Applied, with the new entry; or not, with the entry that was there first.</returns>
    /// <exception cref="ArgumentException">The entry alone is larger than the base may be.</exception>
    public static ValueTask<KnowledgeChange> TryAddAsync(this IKnowledgeBase knowledge, KnowledgeDraft draft, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(knowledge);
        return knowledge.TryWriteAsync(draft, ExpectedVersion.Absent, author: null, cancellationToken);
    }

    /// <summary>Removes an entry, or throws if another version of it is there than expected.</summary>
    /// <param name="knowledge">The base.</param>
    /// <param name="key">The key.</param>
    /// <param name="expected">The version the caller has seen, or <see cref="ExpectedVersion.Any"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False if there was nothing to remove.</returns>
    /// <exception cref="KnowledgeConflictException">Another version is there.</exception>
    public static async ValueTask<bool> RemoveAsync(
        this IKnowledgeBase knowledge, string key, ExpectedVersion expected, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(knowledge);
        var change = await knowledge.TryRemoveAsync(key, expected, cancellationToken).ConfigureAwait(false);
        return change is { Applied: false, Entry: { } current } ? throw new KnowledgeConflictException(key, expected, current) : change.Applied;
    }
}
