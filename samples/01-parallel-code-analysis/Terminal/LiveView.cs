using AgentOrchestration;
using ParallelCodeAnalysis.Agents;
using ParallelCodeAnalysis.Reporting;
using Spectre.Console;

namespace ParallelCodeAnalysis.Terminal;

/// <summary>A table of the agents, redrawn after events and otherwise often enough for the clocks to tick.</summary>
internal sealed class LiveView : AgentView
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public override Task ShowAsync(IAgentOrchestrator orchestrator, IReadOnlyList<AnalysisAgent> agents, IAsyncEnumerable<AgentEvent> events) =>
        AnsiConsole.Live(Text.Empty).StartAsync(async live =>
        {
            // The events say when there is nothing more to come; what there is at one moment, snapshots say best.
            var end = ReadToEndAsync(events);
            while (true)
            {
                live.UpdateTarget(AgentTable.Draw(orchestrator.ListAgents(includeEnded: true), agents));
                if (end.IsCompleted) break;
                await Task.WhenAny(end, Task.Delay(Frame));
            }

            await end;
        });

    /// <inheritdoc/>
    public override void ShowSummary(ReportSummary summary) => AnsiConsole.Write(SummaryTable.Draw(summary));

    private static async Task ReadToEndAsync(IAsyncEnumerable<AgentEvent> events)
    {
        await foreach (var _ in events) { }
    }
}
