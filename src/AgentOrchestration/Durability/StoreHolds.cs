using AgentOrchestration.Locking;

namespace AgentOrchestration.Durability;

/// <summary>The holds of all processes on a store.</summary>
internal sealed class StoreHolds(Journal journal) : ISharedHolds
{
    public async ValueTask<SharedHold> TryTakeAsync(ResourceRequest request, CancellationToken cancellationToken)
    {
        var lease = await journal.OpenAsync(cancellationToken).ConfigureAwait(false);
        var hold = await journal.Store.TryHoldAsync(lease, request, cancellationToken).ConfigureAwait(false);
        return new SharedHold(hold.Request, hold.LeaseToken == lease.Token, hold.FencingToken, hold.Holder, hold.Since, hold);
    }

    public async Task EndAsync(SharedHold hold)
    {
        try
        {
            await journal.Store.EndHoldAsync((StoreHold)hold.Source).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or ObjectDisposedException)
        {
            // It ends with the lease, as it would for a process that died.
        }
    }
}
