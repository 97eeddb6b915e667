using AgentOrchestration;
using ParallelCodeAnalysis.Agents;
using ParallelCodeAnalysis.Reporting;
using Spectre.Console;

namespace ParallelCodeAnalysis.Terminal;

/// <summary>Shows the agents while they work, and what came of it.</summary>
internal abstract class AgentView
{
    /// <summary>A live table on a terminal; lines where there is none, or where they are asked for.</summary>
    public static AgentView For(CommandLine command) =>
        command.IsPlain || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi ? new PlainView() : new LiveView();

    /// <summary>Shows the agents until <paramref name="events"/> end.</summary>
    public abstract Task ShowAsync(IAgentOrchestrator orchestrator, IReadOnlyList<AnalysisAgent> agents, IAsyncEnumerable<AgentEvent> events);

    /// <summary>Shows what every agent found.</summary>
    public abstract void ShowSummary(ReportSummary summary);
}
