using System.Collections.Concurrent;

namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>A lock for each key in a dictionary that is never cleaned. The key is the library's own, whose hash is computed once: the fastest that a dictionary can have.</summary>
internal abstract class KeyedContestant<TLock> : LockContestant
    where TLock : class, new()
{
    private readonly ConcurrentDictionary<ResourceKey, TLock> _locks = new();

    public void Add(IEnumerable<ResourceKey> keys)
    {
        foreach (var key in keys)
        {
            _locks.TryAdd(key, new TLock());
        }
    }

    protected TLock this[ResourceKey key] => _locks.TryGetValue(key, out var known) ? known : _locks.GetOrAdd(key, static _ => new TLock());
}
