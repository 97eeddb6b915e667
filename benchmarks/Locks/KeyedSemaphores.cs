namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>A <see cref="SemaphoreSlim"/> for each key: what most programs write.</summary>
internal sealed class KeyedSemaphores : KeyedContestant<KeyedSemaphores.One>
{
    public override string Name => "dictionary of `SemaphoreSlim`";

    public override async Task TakeAndReleaseAsync(ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var one = this[key];
            await one.WaitAsync();
            one.Release();
        }
    }

    public override async Task TakeWithTokenAsync(ResourceKey[] keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            var one = this[key];
            await one.WaitAsync(cancellationToken);
            one.Release();
        }
    }

    public override async Task TakeWithTimeoutAsync(ResourceKey[] keys, TimeSpan timeout)
    {
        foreach (var key in keys)
        {
            var one = this[key];
            await one.WaitAsync(timeout);
            one.Release();
        }
    }

    public override Task HoldAsync(ResourceKey key) => this[key].WaitAsync();

    public override int TryHeld(ResourceKey[] keys)
    {
        var taken = 0;
        foreach (var key in keys)
        {
            taken += this[key].Wait(0) ? 1 : 0;
        }

        return taken;
    }

    public override async Task TakeAndYieldAsync(int worker, ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var one = this[key];
            await one.WaitAsync();
            await Task.Yield();
            one.Release();
        }
    }

    public override async Task TakeSetsAsync(ResourceKey[][] sets)
    {
        var sorted = new ResourceKey[sets[0].Length];
        var taken = new One[sorted.Length];
        foreach (var set in sets)
        {
            Sort(set, sorted);
            for (var i = 0; i < sorted.Length; i++)
            {
                taken[i] = this[sorted[i]];
                await taken[i].WaitAsync();
            }

            for (var i = sorted.Length - 1; i >= 0; i--)
            {
                taken[i].Release();
            }
        }
    }

    /// <summary>With one place.</summary>
    internal sealed class One() : SemaphoreSlim(1, 1);
}
