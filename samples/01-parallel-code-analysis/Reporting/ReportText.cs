using System.Globalization;
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
        var (code, sections) = (summary.Code, summary.Sections);
        yield return "## Summary";
        yield return string.Empty;
        yield return $"{Files(code)} {Rules(summary)} It took {summary.Elapsed.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s.";
        yield return string.Empty;
        yield return "| Agent | Outcome | Errors | Warnings | Info | Total |";
        yield return "|---|---|---:|---:|---:|---:|";
        foreach (var section in sections)
            yield return Row(Markdown.Escape(section.Title), section.Outcome.ToString().ToLowerInvariant(), [section]);
        yield return Row("**Total**", string.Empty, sections);
        yield return string.Empty;

        foreach (var line in Problems("Skipped", code.Problems.Where(problem => problem.IsSkipped))) yield return line;
        foreach (var line in Problems("Analysed in spite of syntax errors", code.Problems.Where(problem => !problem.IsSkipped))) yield return line;
        foreach (var line in Problems("Analysers that failed on some code", code.Rules.Faults.Select(fault => new FileProblem(fault.Key, fault.Value, IsSkipped: false)))) yield return line;
    }

    private static IEnumerable<string> Problems(string title, IEnumerable<FileProblem> problems)
    {
        var list = problems.ToList();
        if (list.Count == 0) return [];
        return [$"### {title} ({Number(list.Count)})", string.Empty, .. list.Select(problem => $"- {Markdown.Code(problem.Path)}: {Markdown.Escape(problem.Reason)}"), string.Empty];
    }

    private static string Files(CodeBase code) =>
        $"{Number(code.Files.Count)} C# files below {Markdown.Code(Path.GetFileName(code.Root))}, {Number(code.Files.Count(file => file.IsTest))} of them tests; "
        + $"{Number(code.GeneratedFiles)} generated files passed over.";

    private static string Rules(ReportSummary summary)
    {
        var catalog = summary.Code.Rules.Catalog;
        return summary.IsThorough
            ? $"{catalog.RulesPerFile + catalog.RulesWhole} analyser rules and the compiler's warnings."
            : $"{catalog.RulesPerFile} analyser rules; {catalog.RulesWhole} more need the whole code base at once and run with `--thorough`.";
    }

    private static string Row(string title, string outcome, IReadOnlyList<AgentSection> sections)
    {
        int[] counts = [.. Enum.GetValues<FindingSeverity>().OrderDescending().Select(severity => sections.Sum(section => section.Count(severity)))];
        return $"| {title} | {outcome} | {string.Join(" | ", counts.Append(counts.Sum()).Select(Number))} |";
    }

    private static string Ending(AgentSection section) => section.Outcome switch
    {
        AnalysisOutcome.Completed => $"Completed over {Number(section.Progress.FilesTotal)} files.",
        AnalysisOutcome.Cancelled => $"Cancelled after {Number(section.Progress.FilesDone)} of {Number(section.Progress.FilesTotal)} files; what was found until then:",
        _ => $"Failed after {Number(section.Progress.FilesDone)} of {Number(section.Progress.FilesTotal)} files: {Markdown.Escape(section.Reason ?? "no reason given")}.",
    };

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
