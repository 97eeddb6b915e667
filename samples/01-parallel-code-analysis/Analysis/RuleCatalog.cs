using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace ParallelCodeAnalysis.Analysis;

/// <summary>The rules of Microsoft.CodeAnalysis.NetAnalyzers that the analyses ask for, loaded from beside the program.</summary>
internal sealed class RuleCatalog
{
    /// <summary>The category of vulnerabilities.</summary>
    public const string SecurityCategory = "Security";

    /// <summary>The categories behind "bugs and vulnerabilities".</summary>
    public static readonly FrozenSet<string> BugCategories = FrozenSet.Create(
        StringComparer.Ordinal, SecurityCategory, "Reliability", "Usage", CompilerWarnings.Category);

    /// <summary>The category behind "performance".</summary>
    public static readonly FrozenSet<string> PerformanceCategories = FrozenSet.Create(StringComparer.Ordinal, "Performance");

    // Rules about a policy that only the owner of the code can choose; each would fill the report.
    private static readonly FrozenSet<string> Policies = FrozenSet.Create(
        StringComparer.Ordinal,
        "CA1824",  // marks assemblies, of which we have one made up
        "CA2007",  // ConfigureAwait: wrong advice for programs
        "CA2225",  // named alternates for operators
        "CA2234",  // Uri instead of string
        "CA2235",  // binary serialisation, gone from the framework
        "CA2237"); // likewise

    private RuleCatalog(IReadOnlyList<DiagnosticAnalyzer> analyzers)
    {
        var wanted = analyzers.Where(analyzer => analyzer.SupportedDiagnostics.Any(IsWanted)).ToList();
        var rules = wanted.SelectMany(analyzer => analyzer.SupportedDiagnostics).DistinctBy(rule => rule.Id).ToList();

        DiagnosticOptions = rules.ToImmutableDictionary(
            rule => rule.Id, rule => IsWanted(rule) ? ReportDiagnostic.Warn : ReportDiagnostic.Suppress, StringComparer.Ordinal);
        PerFile = [.. wanted.Where(analyzer => analyzer.SupportedDiagnostics.Any(rule => IsWanted(rule) && !NeedsWholeCompilation(rule)))];
        Whole = [.. wanted.Where(analyzer => analyzer.SupportedDiagnostics.Any(rule => IsWanted(rule) && NeedsWholeCompilation(rule)))];
        RulesPerFile = rules.Count(rule => IsWanted(rule) && !NeedsWholeCompilation(rule));
        RulesWhole = rules.Count(rule => IsWanted(rule) && NeedsWholeCompilation(rule));
    }

    /// <summary>Switches wanted rules on, whatever their default, and the rest of the same analysers off.</summary>
    public ImmutableDictionary<string, ReportDiagnostic> DiagnosticOptions { get; }

    /// <summary>Analysers that judge a file by itself.</summary>
    public ImmutableArray<DiagnosticAnalyzer> PerFile { get; }

    /// <summary>Analysers that must see every file before they speak.</summary>
    public ImmutableArray<DiagnosticAnalyzer> Whole { get; }

    /// <summary>Number of rules in <see cref="PerFile"/>.</summary>
    public int RulesPerFile { get; }

    /// <summary>Number of rules in <see cref="Whole"/>.</summary>
    public int RulesWhole { get; }

    /// <summary>Loads the analysers from the folder <c>analyzers</c> beside the program.</summary>
    /// <exception cref="InvalidOperationException">There are none: the program was copied without them.</exception>
    public static RuleCatalog Load()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "analyzers");
        var analyzers = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.dll").Order(StringComparer.Ordinal).SelectMany(Create).ToList()
            : [];
        return analyzers.Count > 0
            ? new RuleCatalog(analyzers)
            : throw new InvalidOperationException($"No analysers in '{folder}'. Build the sample again; its build copies them there.");
    }

    /// <summary>Whether the rule speaks only when every file has been seen.</summary>
    public static bool NeedsWholeCompilation(DiagnosticDescriptor rule) => rule.CustomTags.Contains(WellKnownDiagnosticTags.CompilationEnd);

    private static bool IsWanted(DiagnosticDescriptor rule) =>
        (BugCategories.Contains(rule.Category) || PerformanceCategories.Contains(rule.Category)) && !Policies.Contains(rule.Id);

    private static IEnumerable<DiagnosticAnalyzer> Create(string path) =>
        from type in Assembly.LoadFrom(path).GetTypes()
        where !type.IsAbstract && typeof(DiagnosticAnalyzer).IsAssignableFrom(type)
        where type.GetCustomAttribute<DiagnosticAnalyzerAttribute>()?.Languages.Contains(LanguageNames.CSharp) == true
        select (DiagnosticAnalyzer)Activator.CreateInstance(type)!;
}
