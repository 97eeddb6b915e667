namespace AgentOrchestration.Locking;

/// <summary>Where the holds of all processes are kept.</summary>
internal interface ISharedHolds
{
    /// <summary>Takes a resource, or tells who has it.</summary>
    ValueTask<SharedHold> TryTakeAsync(ResourceRequest request, CancellationToken cancellationToken);

    /// <summary>Lets go; where that cannot be told to the others, the hold ends as it would for a process that died.</summary>
    Task EndAsync(SharedHold hold);
}
