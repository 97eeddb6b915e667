using ParallelCodeAnalysis.Reporting;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ParallelCodeAnalysis.Terminal;

/// <summary>What every agent found, as a table.</summary>
internal static class SummaryTable
{
    public static IRenderable Draw(ReportSummary summary)
    {
        var table = new Table().RoundedBorder().AddColumns("Agent", "Outcome");
        foreach (var heading in (string[])["Errors", "Warnings", "Info", "Total"])
            table.AddColumn(new TableColumn(heading).RightAligned());

        foreach (var section in summary.Sections)
            table.AddRow([new Text(section.Title), StateText.Draw(section.Outcome), .. Counts([section])]);
        table.AddEmptyRow();
        table.AddRow([new Text("Total"), Text.Empty, .. Counts(summary.Sections)]);
        return new Rows(table, new Text(ReportText.Scope(summary)), Text.Empty);
    }

    private static IEnumerable<IRenderable> Counts(IReadOnlyList<AgentSection> sections) =>
        ReportText.Counts(sections).Select(count => new Text(count));
}
