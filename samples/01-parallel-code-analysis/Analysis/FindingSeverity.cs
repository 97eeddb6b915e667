namespace ParallelCodeAnalysis.Analysis;

/// <summary>How much a finding matters, least first.</summary>
internal enum FindingSeverity
{
    Info,
    Warning,
    Error,
}
