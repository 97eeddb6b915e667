using System.Globalization;
using Microsoft.CodeAnalysis;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Turns what analysers and compiler report into findings.</summary>
internal static class RuleFindings
{
    /// <summary>The finding for a diagnostic; of the analysis called <paramref name="analysis"/>.</summary>
    public static Finding ToFinding(this Diagnostic diagnostic, string analysis)
    {
        var (file, line) = diagnostic.Location.SourceTree is { } tree
            ? (tree.FilePath, diagnostic.Location.GetLineSpan().StartLinePosition.Line + 1)
            : (string.Empty, 0);
        return new Finding(
            diagnostic.Id, analysis, SeverityOf(diagnostic.Descriptor), diagnostic.GetMessage(CultureInfo.InvariantCulture).ReplaceLineEndings(" "), file, line);
    }

    // By the rule's own default: every rule was raised to a warning to be switched on. A vulnerability is never mere information.
    private static FindingSeverity SeverityOf(DiagnosticDescriptor rule) => rule.DefaultSeverity switch
    {
        DiagnosticSeverity.Error => FindingSeverity.Error,
        DiagnosticSeverity.Warning => FindingSeverity.Warning,
        _ => rule.Category == RuleCatalog.SecurityCategory ? FindingSeverity.Warning : FindingSeverity.Info,
    };
}
