namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>One way to lock by key. Each does the loops itself, in the way its own documentation shows, so that none pays for an adapter.</summary>
internal abstract class LockContestant
{
    public abstract string Name { get; }

    /// <summary>False if it can only try.</summary>
    public virtual bool CanWait => true;

    /// <summary>False if it cannot say at once whether a key is held by another flow.</summary>
    public virtual bool CanTry => true;

    /// <summary>False if it waits without limit.</summary>
    public virtual bool HasTimeout => CanWait;

    /// <summary>Takes and releases each in turn; nobody else wants them.</summary>
    public abstract Task TakeAndReleaseAsync(ResourceKey[] keys);

    /// <summary>The same with a token that could be signalled.</summary>
    public abstract Task TakeWithTokenAsync(ResourceKey[] keys, CancellationToken cancellationToken);

    /// <summary>The same with a timeout.</summary>
    public virtual Task TakeWithTimeoutAsync(ResourceKey[] keys, TimeSpan timeout) => throw new NotSupportedException("It has no timeout.");

    /// <summary>Takes it for somebody else than those who try, for good.</summary>
    public abstract Task HoldAsync(ResourceKey key);

    /// <summary>Tries to take each; all are held.</summary>
    /// <returns>How often that worked, which is never.</returns>
    public abstract int TryHeld(ResourceKey[] keys);

    /// <summary>Takes, yields and releases each in turn, while other workers do the same.</summary>
    public abstract Task TakeAndYieldAsync(int worker, ResourceKey[] keys);

    /// <summary>Takes and releases sets: those that know no sets sort the keys, so that two never wait for each other, and take one after another.</summary>
    public abstract Task TakeSetsAsync(ResourceKey[][] sets);

    /// <summary>As many workers as there are orders, each taking its keys in turn.</summary>
    public Task CompeteAsync(ResourceKey[][] orders) => Task.WhenAll(orders.Select((keys, worker) => Task.Run(() => TakeAndYieldAsync(worker, keys))));

    protected static void Sort(ResourceKey[] set, Span<ResourceKey> sorted)
    {
        set.CopyTo(sorted);
        sorted.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
    }
}
