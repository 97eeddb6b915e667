using System.Numerics.Tensors;
using AgentOrchestration.Llm.Diagnostics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration.Llm.Knowledge;

/// <summary>
/// Finds entries by what they mean, too: the inner base ranks them by words, embeddings by meaning, and both rankings become one. An entry is embedded when a search first considers it, so that writing
/// needs no model and never fails for want of one.
/// </summary>
/// <remarks>
/// The rankings are fused by reciprocal rank (Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning methods", SIGIR 2009), which needs no comparable
/// scores. A search without a working generator is one by words.
/// </remarks>
internal sealed class EmbeddingKnowledgeBase(IKnowledgeBase inner, IEmbeddingGenerator<string, Embedding<float>> generator, ILogger logger) : IKnowledgeBase
{
    // Of the paper: how much the first places count before all others.
    private const int RankOffset = 60;

    // Embedded in one request; most services take this many.
    private const int BatchSize = 256;

    // Entries less like the query than this are no match, however few there are.
    private const float LeastSimilarity = 0.3f;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Vector> _vectors = new(StringComparer.Ordinal);

    /// <summary>Puts it around a base, once.</summary>
    public static IKnowledgeBase Around(IKnowledgeBase inner, IEmbeddingGenerator<string, Embedding<float>> generator, IServiceProvider services) => inner is EmbeddingKnowledgeBase
        ? inner
        : new EmbeddingKnowledgeBase(inner, generator, services.GetService<ILoggerFactory>()?.CreateLogger(LlmTelemetryNames.Source) ?? NullLogger.Instance);

    public ValueTask<KnowledgeChange> TryWriteAsync(KnowledgeDraft draft, ExpectedVersion expected = default, KnowledgeAuthor? author = null, CancellationToken cancellationToken = default) =>
        inner.TryWriteAsync(draft, expected, author, cancellationToken);

    public ValueTask<KnowledgeChange> TryRemoveAsync(string key, ExpectedVersion expected, CancellationToken cancellationToken = default) => inner.TryRemoveAsync(key, expected, cancellationToken);

    public ValueTask<KnowledgeEntry?> GetAsync(string key, CancellationToken cancellationToken = default) => inner.GetAsync(key, cancellationToken);

    public ValueTask<IReadOnlyList<KnowledgeEntry>> ListAsync(KnowledgeFilter? filter = null, CancellationToken cancellationToken = default) => inner.ListAsync(filter, cancellationToken);

    public ValueTask<KnowledgeStatistics> GetStatisticsAsync(CancellationToken cancellationToken = default) => inner.GetStatisticsAsync(cancellationToken);

    public async ValueTask<IReadOnlyList<KnowledgeMatch>> SearchAsync(string query, KnowledgeFilter? filter = null, int limit = 10, CancellationToken cancellationToken = default)
    {
        var byWords = await inner.SearchAsync(query, filter, limit, cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(query))
        {
            return byWords;
        }

        var entries = await inner.ListAsync(filter, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<KnowledgeEntry> byMeaning;
        try
        {
            byMeaning = await RankAsync(query, entries, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The search goes on with what it has; that embeddings are missing is for the host to see.
            logger.EmbeddingsFailed(exception.GetType().Name);
            return byWords;
        }
        finally
        {
            if (filter is null)
            {
                Forget(entries);
            }
        }

        return Fuse(byWords, byMeaning, limit);
    }

    private static List<KnowledgeMatch> Fuse(IReadOnlyList<KnowledgeMatch> byWords, IReadOnlyList<KnowledgeEntry> byMeaning, int limit)
    {
        var fused = new Dictionary<string, KnowledgeMatch>(StringComparer.Ordinal);
        for (var i = 0; i < byWords.Count; i++)
        {
            fused[byWords[i].Entry.Key] = byWords[i] with { Score = ScoreOf(i) };
        }

        for (var i = 0; i < byMeaning.Count; i++)
        {
            var known = fused.GetValueOrDefault(byMeaning[i].Key);
            fused[byMeaning[i].Key] = new KnowledgeMatch(byMeaning[i], ScoreOf(i) + (known?.Score ?? 0), known?.MatchedTerms ?? []);
        }

        return [.. fused.Values.OrderByDescending(static match => match.Score).ThenByDescending(static match => match.Entry.Importance).ThenByDescending(static match => match.Entry.UpdatedAt).Take(limit)];
    }

    private static double ScoreOf(int rank) => 1d / (RankOffset + rank + 1);

    private async Task<IReadOnlyList<KnowledgeEntry>> RankAsync(string query, IReadOnlyList<KnowledgeEntry> entries, int limit, CancellationToken cancellationToken)
    {
        await EmbedAsync([.. entries.Where(IsMissing)], cancellationToken).ConfigureAwait(false);
        var sought = await generator.GenerateVectorAsync(query, cancellationToken: cancellationToken).ConfigureAwait(false);
        var ranked = new List<(KnowledgeEntry Entry, float Similarity)>(entries.Count);
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                // Of another length: made by another model before the host changed it.
                if (_vectors.TryGetValue(entry.Key, out var vector) && vector.Values.Length == sought.Length)
                {
                    ranked.Add((entry, TensorPrimitives.CosineSimilarity(sought.Span, vector.Values.Span)));
                }
            }
        }

        return [.. ranked.Where(static one => one.Similarity >= LeastSimilarity).OrderByDescending(static one => one.Similarity).Take(limit).Select(static one => one.Entry)];
    }

    private bool IsMissing(KnowledgeEntry entry)
    {
        lock (_gate)
        {
            return !_vectors.TryGetValue(entry.Key, out var vector) || vector.Version != entry.Version;
        }
    }

    private async Task EmbedAsync(List<KnowledgeEntry> missing, CancellationToken cancellationToken)
    {
        foreach (var batch in missing.Chunk(BatchSize))
        {
            var made = await generator.GenerateAsync(batch.Select(static entry => $"{entry.Text} {string.Join(' ', entry.Tags)}"), cancellationToken: cancellationToken).ConfigureAwait(false);
            lock (_gate)
            {
                for (var i = 0; i < batch.Length; i++)
                {
                    _vectors[batch[i].Key] = new Vector(batch[i].Version, made[i].Vector);
                }
            }
        }
    }

    // Vectors of entries that are gone.
    private void Forget(IReadOnlyList<KnowledgeEntry> entries)
    {
        lock (_gate)
        {
            if (_vectors.Count > entries.Count)
            {
                var present = entries.Select(static entry => entry.Key).ToHashSet(StringComparer.Ordinal);
                foreach (var gone in _vectors.Keys.Where(key => !present.Contains(key)).ToList())
                {
                    _vectors.Remove(gone);
                }
            }
        }
    }

    private readonly record struct Vector(long Version, ReadOnlyMemory<float> Values);
}
