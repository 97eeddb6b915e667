using System.Diagnostics;

namespace AgentOrchestration.Knowledge;

/// <summary>The knowledge base that comes with the library: in memory, bounded in bytes; when full it forgets what matters least, then what was written longest ago.</summary>
/// <remarks>
/// One gate guards entries, index and order of eviction. Cutting texts into terms, filtering and sorting are done outside it: a filter and a ranking need only
/// entries, which are immutable. No call waits, so none is cancelled half-way.
/// </remarks>
internal sealed class InMemoryKnowledgeBase : IKnowledgeBase
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IndexedEntry> _entries = new(StringComparer.Ordinal);
    private readonly SortedSet<IndexedEntry> _evictionOrder = new(IndexedEntry.EvictionOrder);
    private readonly LexicalIndex _index = new();
    private readonly long _maxBytes;
    private readonly TimeProvider _time;
    private long _entryBytes;
    private long _lastVersion;
    private long _evicted;

    /// <param name="maxBytes">The most that entries and index may take; from 1.</param>
    /// <param name="time">The clock of the entries' timestamps.</param>
    public InMemoryKnowledgeBase(long maxBytes, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBytes, 1);
        ArgumentNullException.ThrowIfNull(time);
        _maxBytes = maxBytes;
        _time = time;
    }

    /// <summary>Different terms and postings in the index.</summary>
    internal (int Terms, long Postings) IndexSize
    {
        get
        {
            lock (_gate)
                return (_index.Terms, _index.Postings);
        }
    }

    /// <inheritdoc/>
    public ValueTask<KnowledgeChange> TryWriteAsync(
        KnowledgeDraft draft, ExpectedVersion expected = default, KnowledgeAuthor? author = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<KnowledgeChange>(cancellationToken);

        var terms = TermsOf(draft);
        var alone = KnowledgeSize.Alone(draft, terms);
        if (alone > _maxBytes)
            throw new ArgumentException($"Knowledge '{draft.Key}' takes {alone} bytes, more than the {_maxBytes} of the whole base. Split it.", nameof(draft));

        var bytes = KnowledgeSize.OfEntry(draft);
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            _entries.TryGetValue(draft.Key, out var current);
            if (!expected.Allows(current?.Entry))
                return ValueTask.FromResult(new KnowledgeChange(Applied: false, current?.Entry));

            var updatedAt = current is { Entry.UpdatedAt: var last } && last > now ? last : now;
            var entry = new KnowledgeEntry(draft, author ?? KnowledgeAuthor.Host, ++_lastVersion, current?.Entry.CreatedAt ?? updatedAt, updatedAt);
            if (current is not null)
                RemoveLocked(current);
            return ValueTask.FromResult(new KnowledgeChange(Applied: true, entry, AddLocked(new IndexedEntry(entry, terms.Length, terms.Count, bytes), terms)));
        }
    }

    /// <inheritdoc/>
    public ValueTask<KnowledgeChange> TryRemoveAsync(string key, ExpectedVersion expected, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<KnowledgeChange>(cancellationToken);
        lock (_gate)
        {
            _entries.TryGetValue(key, out var current);
            var applied = current is not null && expected.Allows(current.Entry);
            if (applied)
                RemoveLocked(current!);
            return ValueTask.FromResult(new KnowledgeChange(applied, current?.Entry));
        }
    }

    /// <inheritdoc/>
    public ValueTask<KnowledgeEntry?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<KnowledgeEntry?>(cancellationToken);
        lock (_gate)
            return ValueTask.FromResult(_entries.GetValueOrDefault(key)?.Entry);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KnowledgeEntry>> ListAsync(KnowledgeFilter? filter = null, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<IReadOnlyList<KnowledgeEntry>>(cancellationToken);

        IndexedEntry[] all;
        lock (_gate)
            all = [.. _entries.Values];

        var listed = new List<KnowledgeEntry>();
        foreach (var candidate in all)
        {
            if (filter?.Matches(candidate.Entry) ?? true)
                listed.Add(candidate.Entry);
        }

        listed.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return ValueTask.FromResult<IReadOnlyList<KnowledgeEntry>>(listed.AsReadOnly());
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<KnowledgeMatch>> SearchAsync(
        string query, KnowledgeFilter? filter = null, int limit = 10, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<IReadOnlyList<KnowledgeMatch>>(cancellationToken);

        var bag = new TermBag(ScoredEntry.MaxTerms);
        Tokenizer.AddTerms(query, bag);
        var terms = bag.ToSortedArray();
        List<ScoredEntry> scored;
        lock (_gate)
            scored = _index.Score(terms);

        if (filter is not null)
            scored.RemoveAll(candidate => !filter.Matches(candidate.Entry));
        var best = scored.Order(ScoredEntry.Ranking).Take(limit).Select(match => match.ToMatch(terms));
        return ValueTask.FromResult<IReadOnlyList<KnowledgeMatch>>(best.ToList().AsReadOnly());
    }

    /// <inheritdoc/>
    public ValueTask<KnowledgeStatistics> GetStatisticsAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<KnowledgeStatistics>(cancellationToken);
        lock (_gate)
            return ValueTask.FromResult(new KnowledgeStatistics(_entries.Count, _entryBytes + _index.Bytes, _maxBytes, _evicted));
    }

    private static TermBag TermsOf(KnowledgeDraft draft)
    {
        var terms = new TermBag();
        Tokenizer.AddTerms(draft.Key, terms);
        Tokenizer.AddTerms(draft.Text, terms);
        foreach (var tag in draft.Tags)
            Tokenizer.AddTerms(tag, terms);
        return terms;
    }

    // The new entry joins the order of eviction last, so that it cannot be chosen; that it fits alone was checked, so that the others always suffice.
    private int AddLocked(IndexedEntry added, TermBag terms)
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "The gate guards entries and index.");
        _entries.Add(added.Entry.Key, added);
        _index.Add(added, terms);
        _entryBytes += added.Bytes;

        var evicted = 0;
        while (_entryBytes + _index.Bytes > _maxBytes)
        {
            RemoveLocked(_evictionOrder.Min!);
            evicted++;
        }

        _evictionOrder.Add(added);
        _evicted += evicted;
        return evicted;
    }

    private void RemoveLocked(IndexedEntry removed)
    {
        Debug.Assert(_gate.IsHeldByCurrentThread, "The gate guards entries and index.");
        _entries.Remove(removed.Entry.Key);
        _entries.TrimAfterRemoval();
        _evictionOrder.Remove(removed);
        _index.Remove(removed);
        _entryBytes -= removed.Bytes;
    }
}
