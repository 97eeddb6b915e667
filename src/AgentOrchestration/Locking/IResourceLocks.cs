namespace AgentOrchestration;

/// <summary>Locks on what agents share. Thread-safe.</summary>
/// <remarks>
/// From <see cref="AgentContext.Locks"/> they act for that activity of the agent: it may acquire again what it, or the activity it was forked from, holds, a wait gives
/// its slot back, and its guards are released at the latest when its attempt ends. From <see cref="IAgentOrchestrator.Locks"/>, outside an agent's flow, each
/// acquisition is an owner of its own.
/// </remarks>
public interface IResourceLocks
{
    /// <summary>Takes the resource, waiting while others hold it in a conflicting mode; the more urgent agent first, then first come, first served.</summary>
    /// <param name="request">The resource and the mode.</param>
    /// <param name="timeout">Longest wait for the resource, above zero; null waits without limit.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <returns>The guard; disposing it releases the resource.</returns>
    /// <exception cref="TimeoutException">It was not free in time; the message names the holder.</exception>
    /// <exception cref="OperationCanceledException">The token was signalled, or the agent is ending.</exception>
    /// <exception cref="ResourceDeadlockException">The wait would never end: others wait, directly or over several, for what the caller holds.</exception>
    /// <exception cref="InvalidOperationException">The caller holds it shared and asks for it exclusively, which could never be granted to two such callers; or the
    /// attempt it acts for has ended.</exception>
    ValueTask<ResourceGuard> AcquireAsync(ResourceRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Takes all of these resources together, or none: while it waits it holds none of them. Two sets never wait for each other, whatever the order asked for.</summary>
    /// <param name="requests">The resources and modes; the same one twice counts once, in the stronger mode.</param>
    /// <param name="timeout">Longest wait for all of them, above zero; null waits without limit.</param>
    /// <param name="cancellationToken">Gives the wait up.</param>
    /// <returns>One guard for all of them; an inert one for none.</returns>
    /// <inheritdoc cref="AcquireAsync"/>
    ValueTask<ResourceGuard> AcquireAllAsync(IReadOnlyList<ResourceRequest> requests, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Takes the resource if that is possible at once. Never waits.</summary>
    /// <param name="request">The resource and the mode.</param>
    /// <param name="guard">The guard, if true.</param>
    /// <param name="conflict">Who holds it, how and since when, if false.</param>
    /// <exception cref="InvalidOperationException">As for <see cref="AcquireAsync"/>.</exception>
    bool TryAcquire(ResourceRequest request, out ResourceGuard guard, out ResourceConflict conflict);

    /// <summary>An owner for host code: it may acquire again what it holds, is told of a deadlock it would be part of, and is seen under its name.</summary>
    /// <param name="name">For people; not blank.</param>
    /// <returns>Locks that act for that owner, which has one flow of control. Within an agent's flow too they act for that owner and not for the agent.</returns>
    IResourceLocks CreateOwner(string name);

    /// <summary>Who holds and who waits for what, at this moment.</summary>
    ResourceSnapshot Snapshot();
}
