using Microsoft.VisualStudio.Threading;

namespace AgentOrchestration.Benchmarks.Locks;

/// <summary>The semaphore of Microsoft.VisualStudio.Threading for each key.</summary>
internal sealed class VisualStudioSemaphores : KeyedContestant<VisualStudioSemaphores.One>
{
    public override string Name => "Visual Studio `AsyncSemaphore`";

    public override async Task TakeAndReleaseAsync(ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].EnterAsync();
            taken.Dispose();
        }
    }

    public override async Task TakeWithTokenAsync(ResourceKey[] keys, CancellationToken cancellationToken)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].EnterAsync(cancellationToken);
            taken.Dispose();
        }
    }

    public override async Task TakeWithTimeoutAsync(ResourceKey[] keys, TimeSpan timeout)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].EnterAsync(timeout);
            taken.Dispose();
        }
    }

    public override Task HoldAsync(ResourceKey key) => this[key].EnterAsync();

    public override int TryHeld(ResourceKey[] keys)
    {
        var taken = 0;
        foreach (var key in keys)
        {
            taken += this[key].EnterAsync(TimeSpan.Zero).IsCompletedSuccessfully ? 1 : 0;
        }

        return taken;
    }

    public override async Task TakeAndYieldAsync(int worker, ResourceKey[] keys)
    {
        foreach (var key in keys)
        {
            var taken = await this[key].EnterAsync();
            await Task.Yield();
            taken.Dispose();
        }
    }

    public override async Task TakeSetsAsync(ResourceKey[][] sets)
    {
        var sorted = new ResourceKey[sets[0].Length];
        var taken = new AsyncSemaphore.Releaser[sorted.Length];
        foreach (var set in sets)
        {
            Sort(set, sorted);
            for (var i = 0; i < sorted.Length; i++)
            {
                taken[i] = await this[sorted[i]].EnterAsync();
            }

            for (var i = sorted.Length - 1; i >= 0; i--)
            {
                taken[i].Dispose();
            }
        }
    }

    /// <summary>With one place.</summary>
    internal sealed class One() : AsyncSemaphore(1);
}
