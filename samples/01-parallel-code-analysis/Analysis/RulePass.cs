using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>Runs all analysers over one file at a time and remembers the outcome, so that agents share the work.</summary>
/// <remarks>
/// Binding a file costs far more than the rules do, so whoever asks for a file first pays once for every category.
/// Per file and not all at once, so that progress is real and a cancelled run keeps what it found.
/// </remarks>
internal sealed class RulePass
{
    private readonly CSharpCompilation _compilation;
    private readonly CompilationWithAnalyzers _perFile;
    private readonly CompilationWithAnalyzers _whole;
    private readonly FrozenDictionary<SyntaxTree, SharedOutcome<ImmutableArray<Diagnostic>>> _files;
    private readonly SharedOutcome<ImmutableArray<Diagnostic>> _rest;
    private readonly ConcurrentDictionary<string, string> _faults = new(StringComparer.Ordinal);

    public RulePass(CSharpCompilation compilation, RuleCatalog catalog)
    {
        Catalog = catalog;
        _compilation = compilation;
        _perFile = compilation.WithAnalyzers(catalog.PerFile, Options(concurrent: false));
        _whole = compilation.WithAnalyzers(catalog.Whole, Options(concurrent: true));
        _files = compilation.SyntaxTrees.ToFrozenDictionary(
            tree => tree, tree => new SharedOutcome<ImmutableArray<Diagnostic>>(token => AnalyseAsync(tree, token)));
        _rest = new SharedOutcome<ImmutableArray<Diagnostic>>(AnalyseWholeAsync);
    }

    /// <summary>The rules being run.</summary>
    public RuleCatalog Catalog { get; }

    /// <summary>Analysers that threw, each with its first message. Their other findings stand.</summary>
    public IReadOnlyDictionary<string, string> Faults => _faults;

    /// <summary>What the rules that judge a file by itself find in one file, of every category.</summary>
    public Task<ImmutableArray<Diagnostic>> ForFileAsync(SourceFile file, CancellationToken cancellationToken) =>
        _files[file.Tree].GetAsync(cancellationToken);

    /// <summary>What needs the whole code base at once: the remaining rules, and the compiler's own warnings. Binds every file again.</summary>
    public Task<ImmutableArray<Diagnostic>> ForWholeAsync(CancellationToken cancellationToken) => _rest.GetAsync(cancellationToken);

    private async Task<ImmutableArray<Diagnostic>> AnalyseAsync(SyntaxTree tree, CancellationToken cancellationToken)
    {
        var result = await _perFile.GetAnalysisResultAsync(_compilation.GetSemanticModel(tree), filterSpan: null, cancellationToken);
        return result.GetAllDiagnostics();
    }

    private async Task<ImmutableArray<Diagnostic>> AnalyseWholeAsync(CancellationToken cancellationToken)
    {
        var everything = await _whole.GetAllDiagnosticsAsync(cancellationToken);
        return [.. everything.Where(d => CompilerWarnings.IsWorthReporting(d) || RuleCatalog.NeedsWholeCompilation(d.Descriptor))];
    }

    private CompilationWithAnalyzersOptions Options(bool concurrent) =>
        new(new AnalyzerOptions([]), OnAnalyzerFailed, concurrent, logAnalyzerExecutionTime: false);

    private void OnAnalyzerFailed(Exception error, DiagnosticAnalyzer analyzer, Diagnostic diagnostic) =>
        _faults.TryAdd(analyzer.GetType().Name, $"{error.GetType().Name}: {error.Message}");
}
