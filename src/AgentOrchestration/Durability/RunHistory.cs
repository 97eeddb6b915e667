using System.Runtime.CompilerServices;
using System.Text.Json;
using AgentOrchestration.Durability;

namespace AgentOrchestration;

/// <summary>What a store has of runs and agents: listed, read and deleted. Thread-safe. It reads what the store has, so an agent that runs shows up with what is recorded of it so far.</summary>
public sealed class RunHistory
{
    private readonly IOrchestrationStore _store;
    private readonly DurabilityOptions _options;
    private readonly TimeProvider _time;

    internal RunHistory(IOrchestrationStore store, DurabilityOptions options, TimeProvider time) => (_store, _options, _time) = (store, options, time);

    /// <summary>All runs and agents of the host, in the order of their acceptance.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async IAsyncEnumerable<RecordedRunInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var stream in _store.ListAsync(stream: null, cancellationToken).ConfigureAwait(false))
        {
            var (name, pattern) = await HeadOfAsync(stream.Id, cancellationToken).ConfigureAwait(false);
            yield return new RecordedRunInfo(stream.Id)
            {
                Name = name,
                Pattern = pattern,
                BeganAt = stream.BeganAt,
                EndedAt = stream.EndedAt,
                IsLive = stream.IsLive,
                Records = stream.Records,
                Bytes = stream.Bytes,
            };
        }
    }

    /// <summary>Everything that is recorded of one run or agent, in order. Nothing if it is not known.</summary>
    /// <param name="id">The id of the run or agent, as in <see cref="RecordedRunInfo.Id"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async IAsyncEnumerable<RecordedFact> ReadAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        await foreach (var stored in _store.ReadAsync([id], cancellationToken).ConfigureAwait(false))
        {
            yield return ToFact(stored);
        }
    }

    /// <summary>Deletes a run or agent from the store. One that an orchestrator works on is left alone.</summary>
    /// <param name="id">The id of the run or agent.</param>
    /// <param name="cancellationToken">Checked before it is deleted.</param>
    /// <returns>Whether it was deleted.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public ValueTask<bool> DeleteAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return _store.DeleteAsync(id, cancellationToken);
    }

    /// <summary>Deletes what has ended and is older than <see cref="DurabilityOptions.Retention"/>, and then those that ended first while more than <see cref="DurabilityOptions.RetentionBytes"/> are
    /// taken up. An orchestrator does this when it restores and once an hour.</summary>
    /// <param name="cancellationToken">Ends the clean-up between two deletions.</param>
    /// <returns>How many were deleted.</returns>
    /// <exception cref="StoreException">The store cannot be used.</exception>
    public async Task<int> TrimAsync(CancellationToken cancellationToken = default)
    {
        if (_options is { Retention: null, RetentionBytes: null })
        {
            return 0;
        }

        var now = _time.GetUtcNow();
        var ended = new List<StoredStream>();
        await foreach (var stream in _store.ListAsync(stream: null, cancellationToken).ConfigureAwait(false))
        {
            if (stream.EndedAt is not null)
            {
                ended.Add(stream);
            }
        }

        ended.Sort(static (x, y) => x.EndedAt!.Value.CompareTo(y.EndedAt!.Value));
        var bytes = ended.Sum(static stream => stream.Bytes);
        var deleted = 0;
        foreach (var stream in ended)
        {
            var isOld = _options.Retention is { } retention && stream.EndedAt + retention <= now;
            var isTooMuch = bytes > _options.RetentionBytes;
            if (!isOld && !isTooMuch)
            {
                break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            deleted += await _store.DeleteAsync(stream.Id, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            bytes -= stream.Bytes;
        }

        return deleted;
    }

    private async ValueTask<(string? Name, string? Pattern)> HeadOfAsync(string stream, CancellationToken cancellationToken)
    {
        await foreach (var stored in _store.ReadAsync([stream], cancellationToken).ConfigureAwait(false))
        {
            return ToFact(stored).Event switch
            {
                RunStarted run => (run.Name, run.Pattern),
                AgentSpawned agent => (agent.Name, null),
                _ => (null, null),
            };
        }

        return (null, null);
    }

    private RecordedFact ToFact(StoredRecord stored)
    {
        var record = stored.Record;
        var fact = new RecordedFact(record.Kind, record.Timestamp) { Subject = record.Subject, Step = record.Key, Damage = stored.Damage };
        if (stored.Damage is not null)
        {
            return fact;
        }

        try
        {
            var data = _options.Protector is { } protector && record.Data.Length > 0 ? protector.Unprotect(record) : record.Data;
            return fact with { Data = data, Event = RecordKinds.IsEvent(record.Kind) ? JsonSerializer.Deserialize(data.Span, AgentEventJson.TypeInfo) : null };
        }
        catch (Exception exception)
        {
            // What one record holds, or the host's protector, must not keep the others from being read.
            return fact with { Damage = $"It cannot be read: {exception.GetType().Name}." };
        }
    }
}
