using ParallelCodeAnalysis.Analysis;

namespace ParallelCodeAnalysis.Reporting;

/// <summary>What stands at the top of the report.</summary>
/// <param name="Root">The folder that was analysed.</param>
/// <param name="Code">What was found there; null if that could not be read to the end.</param>
/// <param name="Model">The model that did the analyses; null where code did them.</param>
/// <param name="IsThorough">Whether the rules for the whole code base ran.</param>
/// <param name="Sections">Every agent's section, in order.</param>
/// <param name="Elapsed">How long it all took.</param>
internal sealed record ReportSummary(string Root, CodeBase? Code, string? Model, bool IsThorough, IReadOnlyList<AgentSection> Sections, TimeSpan Elapsed);
