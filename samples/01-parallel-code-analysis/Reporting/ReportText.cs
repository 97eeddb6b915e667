using System.Globalization;
using AgentOrchestration;
using ParallelCodeAnalysis.Analysis;

namespace ParallelCodeAnalysis.Reporting;

/// <summary>The report's Markdown, line by line.</summary>
internal static class ReportText
{
    /// <summary>One agent's section: how it ended, its rules by number of findings, and every finding with file and line.</summary>
    public static IEnumerable<string> Section(AgentSection section)
    {
        yield return $"## {Markdown.Escape(section.Title)}";
        yield return string.Empty;
        yield return $"{Ending(section)} {Counts(section)}";
        yield return string.Empty;
        if (section.Findings.Count == 0) yield break;

        yield return "| Rule | Findings |";
        yield return "|---|---:|";
        foreach (var rule in section.Findings.CountBy(finding => finding.RuleId, StringComparer.Ordinal).OrderByDescending(rule => rule.Value).ThenBy(rule => rule.Key, StringComparer.Ordinal))
            yield return $"| {rule.Key} | {Number(rule.Value)} |";
        yield return string.Empty;

        foreach (var finding in section.Findings.OrderBy(finding => finding.File, StringComparer.Ordinal).ThenBy(finding => finding.Line).ThenBy(finding => finding.RuleId, StringComparer.Ordinal))
            yield return $"- {Place(finding)} {finding.Severity.ToString().ToLowerInvariant()} **{finding.RuleId}** {Markdown.Escape(finding.Message)}";
        yield return string.Empty;
    }

    /// <summary>The summary: totals by agent and severity, then what was left out and why.</summary>
    public static IEnumerable<string> Summary(ReportSummary summary)
    {
        yield return "## Summary";
        yield return string.Empty;
        yield return Scope(summary);
        yield return string.Empty;
        yield return "| Agent | Outcome | Errors | Warnings | Info | Total |";
        yield return "|---|---|---:|---:|---:|---:|";
        foreach (var section in summary.Sections)
            yield return $"| {Markdown.Escape(section.Title)} | {section.Outcome.ToString().ToLowerInvariant()} | {string.Join(" | ", Counts([section]))} |";
        yield return $"| **Total** | | {string.Join(" | ", Counts(summary.Sections))} |";
        yield return string.Empty;

        if (summary.Code is not { } code) yield break;
        foreach (var line in Problems("Skipped", code.Problems.Where(problem => problem.IsSkipped))) yield return line;
        foreach (var line in Problems("Analysed in spite of syntax errors", code.Problems.Where(problem => !problem.IsSkipped))) yield return line;
        foreach (var line in Problems("Analysers that failed on some code", code.Rules.Faults.Select(fault => new FileProblem(fault.Key, fault.Value, IsSkipped: false)))) yield return line;
    }

    /// <summary>What was looked at, in a sentence or three.</summary>
    public static string Scope(ReportSummary summary) =>
        $"{Files(summary)} {Rules(summary)}It took {summary.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s.{Duplicates(summary)}";

    /// <summary>Errors, warnings, findings for information and all together.</summary>
    public static IEnumerable<string> Counts(IReadOnlyList<AgentSection> sections)
    {
        int[] counts = [.. Enum.GetValues<FindingSeverity>().OrderDescending().Select(severity => sections.Sum(section => section.Count(severity)))];
        return counts.Append(counts.Sum()).Select(Number);
    }

    private static IEnumerable<string> Problems(string title, IEnumerable<FileProblem> problems)
    {
        var list = problems.ToList();
        if (list.Count == 0) return [];
        return [$"### {title} ({Number(list.Count)})", string.Empty, .. list.Select(problem => $"- {Markdown.Code(problem.Path)}: {Markdown.Escape(problem.Reason)}"), string.Empty];
    }

    private static string Files(ReportSummary summary) => summary.Code is { } code
        ? $"{Number(code.Files.Count)} C# files below {Root(summary)}, {Number(code.Files.Count(file => file.IsTest))} of them tests; "
            + $"{Number(code.GeneratedFiles)} generated files passed over."
        : summary.Model is { } model ? $"The model {Markdown.Code(model)} looked around in the C# files below {Root(summary)}; nobody says that it has seen all of them."
        : $"The files below {Root(summary)} were not read to the end.";

    private static string Root(ReportSummary summary) => Markdown.Code(Path.GetFileName(Path.TrimEndingDirectorySeparator(summary.Root)));

    private static string Rules(ReportSummary summary) => (summary.Code?.Rules.Catalog, summary.IsThorough) switch
    {
        (null, _) => string.Empty,
        ({ } catalog, true) => $"{catalog.RulesPerFile + catalog.RulesWhole} analyser rules and the compiler's warnings. ",
        ({ } catalog, false) => $"{catalog.RulesPerFile} analyser rules; {catalog.RulesWhole} more need the whole code base at once and run with `--thorough`. ",
    };

    private static string Duplicates(ReportSummary summary) => summary.Sections.Sum(section => section.KnownAlready) switch
    {
        0 => string.Empty,
        1 => " 1 finding was left out, because another agent had reported it.",
        var known => $" {Number(known)} findings were left out, because another agent had reported them.",
    };

    private static string Ending(AgentSection section) => section.Outcome switch
    {
        AgentState.Completed => $"Completed over {Number(section.Progress.FilesTotal)} files.",
        AgentState.Cancelled => $"Cancelled {HowFar(section.Progress)}{Because(section)}; what was found until then:",
        _ => $"Failed {HowFar(section.Progress)}{Because(section)}.",
    };

    private static string HowFar(AnalysisProgress progress) =>
        progress.FilesTotal == 0 ? "before the first file" : $"after {Number(progress.FilesDone)} of {Number(progress.FilesTotal)} files";

    private static string Because(AgentSection section) => section.Reason is { } reason ? $" ({Markdown.Escape(reason)})" : string.Empty;

    private static string Counts(AgentSection section) => section.Findings.Count == 0
        ? "No findings."
        : $"Findings: {Number(section.Findings.Count)} (errors {Number(section.Count(FindingSeverity.Error))}, "
            + $"warnings {Number(section.Count(FindingSeverity.Warning))}, for information {Number(section.Count(FindingSeverity.Info))}).";

    private static string Place(Finding finding) => finding switch
    {
        { File: "" } => "(code base)",
        { Line: 0 } => Markdown.Code(finding.File),
        _ => Markdown.Code($"{finding.File}:{finding.Line}"),
    };

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
