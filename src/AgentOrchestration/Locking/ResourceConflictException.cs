namespace AgentOrchestration;

/// <summary>A resource could not be had at once.</summary>
public sealed class ResourceConflictException : AgentOrchestrationException
{
    internal ResourceConflictException(ResourceConflict conflict)
        : base(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{conflict.Key} is held by '{conflict.Holder}' since {conflict.Since:O}. Wait for it with AcquireAsync, or try again later.")) =>
        Conflict = conflict;

    /// <summary>Who holds it, how and since when.</summary>
    public ResourceConflict Conflict { get; }
}
