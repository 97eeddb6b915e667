using ParallelCodeAnalysis.Analysis;

namespace ParallelCodeAnalysis.Reporting;

/// <summary>What stands at the top of the report.</summary>
/// <param name="Code">What was analysed.</param>
/// <param name="IsThorough">Whether the rules for the whole code base ran.</param>
/// <param name="Sections">Every agent's section, in order.</param>
/// <param name="Elapsed">How long it all took.</param>
internal sealed record ReportSummary(CodeBase Code, bool IsThorough, IReadOnlyList<AgentSection> Sections, TimeSpan Elapsed);
