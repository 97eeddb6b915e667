using AgentOrchestration;
using ParallelCodeAnalysis.Analysis;

namespace ParallelCodeAnalysis.Reporting;

/// <summary>What one agent has to report.</summary>
/// <param name="Title">Heading of the section.</param>
/// <param name="Outcome">How the agent ended.</param>
/// <param name="Reason">Why it ended so, if it did not complete.</param>
/// <param name="Progress">How far it came.</param>
/// <param name="Findings">Each finding once.</param>
/// <param name="KnownAlready">How many findings were left out, because somebody had found them before.</param>
internal sealed record AgentSection(
    string Title, AgentState Outcome, string? Reason, AnalysisProgress Progress, IReadOnlyList<Finding> Findings, int KnownAlready)
{
    /// <summary>Findings of one severity.</summary>
    public int Count(FindingSeverity severity) => Findings.Count(finding => finding.Severity == severity);
}
