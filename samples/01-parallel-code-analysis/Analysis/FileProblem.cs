namespace ParallelCodeAnalysis.Analysis;

/// <summary>A file or folder that could not be taken as it is. Never fatal.</summary>
/// <param name="Path">Relative to the root, with <c>/</c>.</param>
/// <param name="Reason">What is wrong with it.</param>
/// <param name="IsSkipped">Whether it was left out; if not, it was analysed as far as it goes.</param>
internal sealed record FileProblem(string Path, string Reason, bool IsSkipped);
