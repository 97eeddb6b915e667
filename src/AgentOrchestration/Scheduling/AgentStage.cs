namespace AgentOrchestration.Scheduling;

/// <summary>Where the scheduler has an agent, apart from whether it is paused.</summary>
internal enum AgentStage : byte
{
    /// <summary>In the line for a place in its concurrency group.</summary>
    InGroupLine,

    /// <summary>Waits for the resources that its goal claims.</summary>
    WaitingForClaims,

    /// <summary>Waits for the time of its next attempt.</summary>
    BetweenAttempts,

    /// <summary>Needs only a slot to start; in the ready queue unless paused.</summary>
    Ready,

    /// <summary>Has an attempt; in the ready queue if an activity has ended its wait and needs a slot to go on.</summary>
    InAttempt,

    /// <summary>Its terminal event is published.</summary>
    Ended,
}
