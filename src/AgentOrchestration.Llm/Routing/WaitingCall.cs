namespace AgentOrchestration.Llm.Routing;

/// <summary>A call that waits for a place. Completes when it has one, or has no client left that could give it one; what it then holds is read after that.</summary>
/// <param name="candidates">The clients that suit it, as bits.</param>
/// <param name="priority">How urgent it is.</param>
/// <param name="ticket">Its place among those as urgent.</param>
internal sealed class WaitingCall(ulong candidates, AgentPriority priority, long ticket) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public static IComparer<WaitingCall> ByTurn { get; } = Comparer<WaitingCall>.Create(
        static (x, y) => x.Priority != y.Priority ? y.Priority.CompareTo(x.Priority) : x.Ticket.CompareTo(y.Ticket));

    public AgentPriority Priority { get; } = priority;

    public long Ticket { get; } = ticket;

    public ulong Candidates { get; set; } = candidates;

    public bool IsDecided { get; set; }

    /// <summary>What it was given; null if it was given none.</summary>
    public Place? Place { get; set; }

    /// <summary>The failed trials of clients for which it waited.</summary>
    public List<ModelFailure> Failures { get; } = [];
}
