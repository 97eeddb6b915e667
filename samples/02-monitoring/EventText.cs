using AgentOrchestration;

namespace Monitoring;

/// <summary>Events in words. Names come with the first event of each agent; the others carry only its id.</summary>
internal sealed class EventText
{
    private readonly Dictionary<AgentId, string> _names = [];

    public string Describe(AgentEvent e)
    {
        if (e is AgentSpawned spawned && e.AgentId is { } id)
        {
            _names[id] = spawned.Name;
        }

        var name = e.AgentId is { } agent ? _names.GetValueOrDefault(agent, agent.ToString()) : string.Empty;
        return $"#{e.Sequence,-3} {e.EventKind,-18} {name,-12} {Detail(e)}".TrimEnd();
    }

    private static string Detail(AgentEvent e) => e switch
    {
        AgentQueued queued => $"for {Of(queued.Wait)}",
        AgentStarted started => $"attempt {started.Attempt}",
        AgentWaiting waiting => $"for {Of(waiting.Wait)}",
        AgentResumed { Wait: { } wait } => $"for {Of(wait)}",
        AgentRetrying retrying => $"{retrying.Error.Code}, again in {retrying.Delay.TotalSeconds:0.0} s",
        AgentStalled stalled => $"silent for {stalled.Silence.TotalSeconds:0} s",
        AgentProgressed progressed => $"{progressed.Percent,3} % {progressed.Step}",
        AgentOutputProduced produced => produced.Delta.TrimEnd(),
        AgentMessageAccepted accepted => accepted.Message.Text,
        ApprovalRequested requested => requested.Request.Action,
        ApprovalAnswered { Answer: { } answer } => $"{(answer.Approved ? "yes" : "no")}: {answer.Reason}",
        ApprovalAnswered => "withdrawn",
        AgentCompleted completed => completed.Result.Output?.Text ?? string.Empty,
        AgentFailed failed => $"{failed.Error.Code}: {failed.Error.Message}",
        AgentCancelled cancelled => cancelled.Reason ?? string.Empty,
        EventsMissed missed => $"{missed.FirstMissed} to {missed.LastMissed}",
        _ => string.Empty,
    };

    private static string Of(AgentWait wait) => wait.Target is null ? $"{wait.Kind}" : $"{wait.Kind} {wait.Target}";
}
