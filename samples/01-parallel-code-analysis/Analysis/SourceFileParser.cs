using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Turns text into syntax, as leniently as the compiler can.</summary>
internal static class SourceFileParser
{
    private const int FirstNumberedNet = 5;

    // The newest language reads code of every age. Comments are parsed and not checked: DocumentationAnalysis does that better.
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Preview, DocumentationMode.Parse, preprocessorSymbols: Symbols());

    /// <summary>Parses the text of the file at <paramref name="relativePath"/>.</summary>
    public static SyntaxTree Parse(SourceText text, string relativePath, CancellationToken cancellationToken) =>
        CSharpSyntaxTree.ParseText(text, Options, relativePath, cancellationToken);

    /// <summary>Says what is wrong with the syntax: how many errors and where the first is; null if nothing is.</summary>
    public static string? SyntaxErrors(SyntaxTree tree, CancellationToken cancellationToken)
    {
        var errors = tree.GetDiagnostics(cancellationToken).Where(d => d.Severity == DiagnosticSeverity.Error).ToList();
        if (errors.Count == 0) return null;

        var line = errors[0].Location.GetLineSpan().StartLinePosition.Line + 1;
        return $"{errors.Count} syntax error{(errors.Count == 1 ? "" : "s")}, first in line {line}: {errors[0].GetMessage()}";
    }

    // What a build for the running framework defines, so that the current branch of #if is the one analysed.
    private static IEnumerable<string> Symbols()
    {
        var newest = Environment.Version.Major;
        return Enumerable.Range(FirstNumberedNet, newest - FirstNumberedNet + 1)
            .Select(version => $"NET{version}_0_OR_GREATER")
            .Concat(["NET", "NETCOREAPP", "NETCOREAPP3_1_OR_GREATER", $"NET{newest}_0"]);
    }
}
