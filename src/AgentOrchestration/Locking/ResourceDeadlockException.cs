namespace AgentOrchestration;

/// <summary>A wait was refused because everybody in it would have waited for ever. Nobody else is disturbed; release something and try again.</summary>
public sealed class ResourceDeadlockException : AgentOrchestrationException
{
    internal ResourceDeadlockException(IReadOnlyList<DeadlockLink> cycle)
        : base(Describe(cycle)) => Cycle = cycle;

    /// <summary>Who would have waited for whom: the one that was refused first, each waiting for the next, the last one for the first.</summary>
    public IReadOnlyList<DeadlockLink> Cycle { get; }

    internal override string ErrorCode => AgentErrorCodes.ResourceDeadlock;

    private static string Describe(IReadOnlyList<DeadlockLink> cycle)
    {
        var text = $"Refused, because it would never end: '{cycle[0].Name}' would wait";
        for (var i = 0; i < cycle.Count; i++)
        {
            var next = cycle[(i + 1) % cycle.Count];
            text += $"{(i == 0 ? string.Empty : ", which waits")} for {cycle[i].WaitsFor} {cycle[i].Relation} '{next.Name}'";
        }

        return text + ". Release what the other needs before waiting, or take all of them at once.";
    }
}

/// <summary>One of those in a deadlock.</summary>
/// <param name="AgentId">The agent; null for the host.</param>
/// <param name="Name">Its name.</param>
/// <param name="WaitsFor">What it waits for.</param>
/// <param name="Relation">How the next link has it, such as <c>held by</c>.</param>
public sealed record DeadlockLink(AgentId? AgentId, string Name, string WaitsFor, string Relation);
