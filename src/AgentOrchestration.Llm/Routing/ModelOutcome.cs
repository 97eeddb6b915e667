using Microsoft.Extensions.AI;

namespace AgentOrchestration.Llm.Routing;

/// <summary>What became of a call of one client. An object, since it passes through many layers of asynchronous code.</summary>
/// <param name="End">How it ended.</param>
internal sealed record ModelOutcome(CallEnd End)
{
    /// <summary>A call that says nothing of its client.</summary>
    public static ModelOutcome Cancelled { get; } = new(CallEnd.Cancelled);

    public bool CountsAgainstCircuit => End is CallEnd.Unavailable or CallEnd.TimedOut;

    /// <summary>Who answered, if the answer came in one piece.</summary>
    public ModelClient? Client { get; init; }

    /// <summary>The answer, if it came in one piece.</summary>
    public ChatResponse? Response { get; init; }

    /// <summary>The answer, if it is streamed: its first part has come, or it has none.</summary>
    public ModelStream? Stream { get; init; }

    /// <summary>What happened, where it is a failure of the client.</summary>
    public ModelFailure? Failure { get; init; }

    /// <summary>For <see cref="CallEnd.NotAdmitted"/>: when the circuit allows a trial.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>Whether the call was the trial of an open circuit.</summary>
    public bool WasTrial { get; init; }

    /// <summary>The client's code, where it still runs: the call went on without it, and it keeps its place until it ends.</summary>
    public Task? LeftBehind { get; init; }
}
