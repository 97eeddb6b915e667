using NeoSmart.AsyncLock;

namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>NeoSmart's re-entrant lock for each key.</summary>
internal sealed class NeoSmartLocks : KeyedContestant<AsyncLock>
{
    public override string Name => "NeoSmart `AsyncLock`";

    public override bool CanTry => false;

    public override bool HasTimeout => false;

    public override async Task TakeAndReleaseAsync(ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].LockAsync(CancellationToken.None);
            taken.Dispose();
        }
    }

    public override async Task TakeWithTokenAsync(ResourceKey[] keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].LockAsync(cancellationToken);
            taken.Dispose();
        }
    }

    public override Task HoldAsync(ResourceKey key) => this[key].LockAsync(CancellationToken.None);

    public override int TryHeld(ResourceKey[] keys) => throw new NotSupportedException("It lets in whoever comes from the flow or the thread of the holder.");

    public override async Task TakeAndYieldAsync(int worker, ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].LockAsync(CancellationToken.None);
            await Task.Yield();
            taken.Dispose();
        }
    }

    public override async Task TakeSetsAsync(ResourceKey[][] sets)
    {
        var sorted = new ResourceKey[sets[0].Length];
        var taken = new IDisposable[sorted.Length];
        foreach (var set in sets)
        {
            Sort(set, sorted);
            for (var i = 0; i < sorted.Length; i++)
            {
                taken[i] = await this[sorted[i]].LockAsync(CancellationToken.None);
            }

            for (var i = sorted.Length - 1; i >= 0; i--)
            {
                taken[i].Dispose();
            }
        }
    }
}
