using Nito.AsyncEx;

namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>Stephen Cleary's asynchronous lock for each key.</summary>
internal sealed class NitoLocks : KeyedContestant<AsyncLock>
{
    public override string Name => "Nito `AsyncLock`";

    public override bool HasTimeout => false;

    public override async Task TakeAndReleaseAsync(ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].LockAsync();
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

    // It cannot try; a cancelled token makes it give up at once.
    public override Task HoldAsync(ResourceKey key) => this[key].LockAsync().AsTask();

    public override int TryHeld(ResourceKey[] keys)
    {
        var taken = 0;
        foreach (var key in keys)
        {
            taken += this[key].LockAsync(new CancellationToken(canceled: true)).AsTask().IsCompletedSuccessfully ? 1 : 0;
        }

        return taken;
    }

    public override async Task TakeAndYieldAsync(int worker, ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].LockAsync();
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
                taken[i] = await this[sorted[i]].LockAsync();
            }

            for (var i = sorted.Length - 1; i >= 0; i--)
            {
                taken[i].Dispose();
            }
        }
    }
}
