using AgentOrchestration;

namespace Cleanup;

/// <summary>Hears from the event stream which agents the orchestrator has forgotten. A host would drop its own records of them here.</summary>
internal sealed class EvictionLedger(Outcome outcome)
{
    private readonly HashSet<AgentId> _evicted = [];

    public async Task ReadAsync(IAsyncEnumerable<AgentEvent> events, CancellationToken cancellationToken)
    {
        await foreach (var e in events.WithCancellation(cancellationToken))
        {
            outcome.Expect(e is AgentsEvicted, $"{e} came instead of evictions");
            lock (_evicted)
            {
                foreach (var id in (e as AgentsEvicted)?.AgentIds ?? [])
                {
                    outcome.Expect(_evicted.Add(id), $"{id} was evicted twice");
                }
            }
        }
    }

    public int Count()
    {
        lock (_evicted)
        {
            return _evicted.Count;
        }
    }

    /// <summary>Waits until at least this many agents are forgotten, and until that has been read.</summary>
    public async Task ReachAsync(int count, CancellationToken cancellationToken)
    {
        var patience = Task.Delay(TimeSpan.FromSeconds(30), cancellationToken);
        while (Count() < count && !patience.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
        }

        outcome.Expect(Count() >= count, $"{Count()} agents were named as evicted, not {count}");
    }
}
