using System.Globalization;
using AgentOrchestration;
using ParallelCodeAnalysis.Agents;
using Spectre.Console;

namespace ParallelCodeAnalysis.Terminal;

/// <summary>The agents at one moment, as a table.</summary>
internal static class AgentTable
{
    private const int BarWidth = 20;
    private const int WidthWithoutStep = 13 + 9 + BarWidth + 6 + 8 + 7 + (6 * 3) + 1;

    public static Table Draw(IReadOnlyList<AgentStatus> statuses, IReadOnlyList<AnalysisAgent> agents)
    {
        var table = new Table().RoundedBorder().AddColumns(
            Column("Agent", 13), Column("State", 9), Column("Progress", BarWidth + 6), Column("Findings", 8).RightAligned(), Column("Time", 7).RightAligned(),
            Column("Step", Math.Clamp(AnsiConsole.Profile.Width - WidthWithoutStep, 8, 60)));
        foreach (var status in statuses)
            table.AddRow(
                new Text(status.Name),
                StateText.Draw(status.State),
                Bar(status.Progress),
                new Text(agents.First(agent => agent.Name == status.Name).Findings.ToString("N0", CultureInfo.InvariantCulture)),
                new Text($"{Elapsed(status).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s"),
                new Text(Step(status)).Ellipsis());
        return table;
    }

    // Fixed, so that nothing jumps about between two frames.
    private static TableColumn Column(string heading, int width) => new TableColumn(heading).NoWrap().Width(width);

    private static Paragraph Bar(int percent)
    {
        var done = percent * BarWidth / 100;
        return new Paragraph()
            .Append(new string('━', done), Color.Green)
            .Append(new string('━', BarWidth - done), Color.Grey23)
            .Append(string.Create(CultureInfo.InvariantCulture, $" {percent,3} %"));
    }

    private static TimeSpan Elapsed(AgentStatus status) =>
        (status.CompletedAt ?? TimeProvider.System.GetUtcNow()) - (status.StartedAt ?? status.CompletedAt ?? TimeProvider.System.GetUtcNow());

    private static string Step(AgentStatus status) => status switch
    {
        { Error: { } error } => error.Message,
        { State: AgentState.Waiting or AgentState.Idle, WaitingFor: { } wait } => $"waits for {wait.Target ?? wait.Kind.ToString()}",
        { CompletedAt: not null } => string.Empty,
        _ => status.CurrentStep ?? string.Empty,
    };
}
