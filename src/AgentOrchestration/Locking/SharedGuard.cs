using AgentOrchestration.Locking;

namespace AgentOrchestration;

/// <summary>Proof that a resource is held against agents here and in other processes; disposing it lets go of both. Thread-safe.</summary>
public sealed class SharedGuard : IAsyncDisposable
{
    private readonly ISharedHolds _holds;
    private readonly SharedHold _hold;
    private readonly ResourceGuard _guard;
    private readonly CancellationTokenRegistration _ended;
    private int _isReleased;

    internal SharedGuard(ISharedHolds holds, SharedHold hold, ResourceGuard guard)
    {
        (_holds, _hold, _guard) = (holds, hold, guard);

        // The guard here ends with the attempt of its agent, whatever its code does.
        _ended = guard.Lost.UnsafeRegister(static state => _ = ((SharedGuard)state!).ReleaseAsync(), this);
    }

    /// <summary>The resource and the mode.</summary>
    public ResourceRequest Request => _hold.Request;

    /// <summary>A number that grows with every hold of any process on the store: whoever stores what holders write can refuse a number below the highest it has seen.</summary>
    public long FencingToken => _hold.FencingToken;

    /// <summary>Whether it is held through this guard at this moment. When the orchestrator has lost its lease, it ends its agents, and others may have the resource.</summary>
    public bool IsHeld => Volatile.Read(ref _isReleased) == 0 && _guard.IsHeld;

    /// <summary>Lets go: of the other processes first.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.DisposeAsync().ConfigureAwait(false);
        await ReleaseAsync().ConfigureAwait(false);
        _guard.Dispose();
    }

    private async Task ReleaseAsync()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            await _holds.EndAsync(_hold).ConfigureAwait(false);
        }
    }
}
