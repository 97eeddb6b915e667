namespace ParallelCodeAnalysis.Analysis;

/// <summary>How far an analysis has come.</summary>
/// <param name="FilesDone">Files finished, from 0 to <paramref name="FilesTotal"/>; never falls.</param>
/// <param name="FilesTotal">Files there are.</param>
/// <param name="File">The file finished last, relative to the root, or what is looked at instead; null before the first.</param>
internal readonly record struct AnalysisProgress(int FilesDone, int FilesTotal, string? File);
