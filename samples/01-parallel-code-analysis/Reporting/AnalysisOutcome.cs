namespace ParallelCodeAnalysis.Reporting;

/// <summary>How an analysis ended.</summary>
internal enum AnalysisOutcome
{
    Completed,
    Cancelled,
    Failed,
}
