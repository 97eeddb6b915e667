namespace AgentOrchestration.Events;

/// <summary>What a reader found in the log.</summary>
internal enum EventRead
{
    /// <summary>It has not looked.</summary>
    None,

    /// <summary>Events, copied to it.</summary>
    Events,

    /// <summary>That the log no longer reaches back to its place; its place is now before the oldest event.</summary>
    Gap,

    /// <summary>Nothing yet: it sleeps, and belongs to whoever wakes it.</summary>
    Asleep,

    /// <summary>That nothing will come any more.</summary>
    End,

    /// <summary>That it was cancelled.</summary>
    Cancelled,
}
