using AgentOrchestration;
using ParallelCodeAnalysis.Agents;
using ParallelCodeAnalysis.Reporting;

namespace ParallelCodeAnalysis.Terminal;

/// <summary>A line for every tenth of an agent's work, and for its beginning and end.</summary>
internal sealed class PlainView : AgentView
{
    private readonly Dictionary<AgentId, (AnalysisAgent Agent, int Tenth)> _shown = [];

    /// <inheritdoc/>
    public override async Task ShowAsync(IAgentOrchestrator orchestrator, IReadOnlyList<AnalysisAgent> agents, IAsyncEnumerable<AgentEvent> events)
    {
        await foreach (var e in events)
        {
            if (e.AgentId is not { } id) continue;
            if (e is AgentSpawned spawned) _shown[id] = (agents.First(agent => agent.Name == spawned.Name), 0);
            if (Describe(e) is { } text) Console.WriteLine($"{_shown[id].Agent.Name,-14} {text}");
        }
    }

    /// <inheritdoc/>
    public override void ShowSummary(ReportSummary summary)
    {
        Console.WriteLine();
        foreach (var section in summary.Sections)
            Console.WriteLine($"{section.Title,-26} {section.Outcome.ToString().ToLowerInvariant(),-10} {section.Findings.Count,6} findings");
        Console.WriteLine(ReportText.Scope(summary));
    }

    private string? Describe(AgentEvent e) => e switch
    {
        AgentStarted => "started",
        AgentProgressed progressed when IsNextTenth(progressed) =>
            $"{progressed.Percent,3} %, {_shown[progressed.AgentId!.Value].Agent.Findings} found, {progressed.Step}",
        AgentWaiting waiting => $"waits for {waiting.Wait.Target ?? waiting.Wait.Kind.ToString()}",
        AgentCompleted completed => $"completed: {completed.Result.Output?.Text}",
        AgentFailed failed => $"failed: {failed.Error.Message}",
        AgentCancelled cancelled => $"cancelled: {cancelled.Reason}",
        _ => null,
    };

    private bool IsNextTenth(AgentProgressed e)
    {
        var (agent, tenth) = _shown[e.AgentId!.Value];
        if (e.Percent / 10 == tenth) return false;
        _shown[e.AgentId.Value] = (agent, e.Percent / 10);
        return true;
    }
}
