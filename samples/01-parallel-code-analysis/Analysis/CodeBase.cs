using Microsoft.CodeAnalysis.CSharp;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Every C# file below a folder, parsed and compiled once for all analyses. Safe to share between threads.</summary>
/// <param name="Root">The folder, as an absolute path.</param>
/// <param name="Files">The files that take part, ordered by path.</param>
/// <param name="Problems">What was skipped or has syntax errors, ordered by path.</param>
/// <param name="GeneratedFiles">How many files were left out because their names say that a tool wrote them.</param>
/// <param name="Compilation">All files together, with the running framework's assemblies.</param>
/// <param name="Rules">The analysers' findings, worked out once per file.</param>
internal sealed record CodeBase(
    string Root,
    IReadOnlyList<SourceFile> Files,
    IReadOnlyList<FileProblem> Problems,
    int GeneratedFiles,
    CSharpCompilation Compilation,
    RulePass Rules);
