using DotNext.Threading;

namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>DotNext's exclusive lock for each key.</summary>
internal sealed class DotNextExclusiveLocks : KeyedContestant<AsyncExclusiveLock>
{
    public override string Name => "DotNext `AsyncExclusiveLock`";

    public override async Task TakeAndReleaseAsync(ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var one = this[key];
            await one.AcquireAsync(CancellationToken.None);
            one.Release();
        }
    }

    public override async Task TakeWithTokenAsync(ResourceKey[] keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            var one = this[key];
            await one.AcquireAsync(cancellationToken);
            one.Release();
        }
    }

    public override async Task TakeWithTimeoutAsync(ResourceKey[] keys, TimeSpan timeout)
    {
        foreach (var key in keys)
        {
            var one = this[key];
            await one.AcquireAsync(timeout, CancellationToken.None);
            one.Release();
        }
    }

    public override Task HoldAsync(ResourceKey key) => this[key].AcquireAsync(CancellationToken.None).AsTask();

    public override int TryHeld(ResourceKey[] keys)
    {
        var taken = 0;
        foreach (var key in keys)
        {
            taken += this[key].TryAcquire() ? 1 : 0;
        }

        return taken;
    }

    public override async Task TakeAndYieldAsync(int worker, ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var one = this[key];
            await one.AcquireAsync(CancellationToken.None);
            await Task.Yield();
            one.Release();
        }
    }

    public override async Task TakeSetsAsync(ResourceKey[][] sets)
    {
        var sorted = new ResourceKey[sets[0].Length];
        var taken = new AsyncExclusiveLock[sorted.Length];
        foreach (var set in sets)
        {
            Sort(set, sorted);
            for (var i = 0; i < sorted.Length; i++)
            {
                taken[i] = this[sorted[i]];
                await taken[i].AcquireAsync(CancellationToken.None);
            }

            for (var i = sorted.Length - 1; i >= 0; i--)
            {
                taken[i].Release();
            }
        }
    }
}
