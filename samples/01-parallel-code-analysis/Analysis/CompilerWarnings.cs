using System.Collections.Frozen;
using Microsoft.CodeAnalysis;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Which of the compiler's diagnostics say something about the code.</summary>
internal static class CompilerWarnings
{
    /// <summary>The category that the compiler gives its own diagnostics.</summary>
    public const string Category = "Compiler";

    // These come of compiling several projects as one, without their packages.
    private static readonly FrozenSet<string> Artefacts = FrozenSet.Create(
        StringComparer.Ordinal,
        "CS0105", "CS0436", "CS0435", "CS0437", "CS1701", "CS1702", "CS7022", "CS8632", "CS8669", "CS8892", "CS8933");

    /// <summary>Warnings only: the errors mostly say that packages are missing.</summary>
    public static bool IsWorthReporting(Diagnostic diagnostic) =>
        diagnostic.Descriptor.Category == Category
        && diagnostic.Severity == DiagnosticSeverity.Warning
        && !Artefacts.Contains(diagnostic.Id);
}
