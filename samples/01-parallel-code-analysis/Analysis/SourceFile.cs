using Microsoft.CodeAnalysis;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>A file that was read and parsed.</summary>
/// <param name="Path">Relative to the root, with <c>/</c>.</param>
/// <param name="Tree">Its syntax; part of the shared compilation.</param>
/// <param name="IsTest">Whether it holds tests (<see cref="TestFiles"/>).</param>
internal sealed record SourceFile(string Path, SyntaxTree Tree, bool IsTest);
